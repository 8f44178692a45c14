package parrot.datasets.conversation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import parrot.datasets.ReferenceText;

class ChatFormatTest {
  private static final TextTokenizer BYTES = new ByteTokenizer();

  static Stream<JsonNode> reference() {
    return ReferenceText.cases("chat-format.json");
  }

  @ParameterizedTest
  @MethodSource("reference")
  void writesPromptIdsAndLabelsAsTheReferenceDoes(JsonNode expected) {
    FormattedConversation formatted;
    if (expected.has("query")) {
      formatted = ChatFormat.formatQuery(expected.get("query").asText(), BYTES);
    } else {
      List<Turn> turns = new ArrayList<>();
      for (JsonNode turn : expected.get("conversations")) {
        turns.add(new Turn(Role.of(turn.get("from").asText()), turn.get("value").asText()));
      }
      formatted = ChatFormat.format(new Conversation(turns), BYTES);
    }
    assertThat(formatted.prompt()).isEqualTo(expected.get("prompt").asText());
    assertThat(formatted.inputIds()).containsExactly(ints(expected.get("input_ids")));
    if (expected.has("labels")) {
      assertThat(formatted.labels()).containsExactly(ints(expected.get("labels")));
    }
  }

  private static int[] ints(JsonNode node) {
    return StreamSupport.stream(node.spliterator(), false).mapToInt(JsonNode::asInt).toArray();
  }

  @Test
  void supervisesAnswersAndTheirEndAlone() {
    FormattedConversation formatted =
        ChatFormat.format(
            new Conversation(
                List.of(Turn.human("Q"), Turn.gpt("AB"), Turn.human("Q"), Turn.gpt("C"))),
            BYTES);
    // A B <|im_end|> line break, C <|im_end|>
    assertThat(formatted.supervisedTokens()).isEqualTo(6);
  }

  @Test
  void supervisesTheEndAloneOfAnEmptyAnswer() {
    FormattedConversation formatted =
        ChatFormat.format(List.of(Turn.human("Q"), Turn.gpt("")), BYTES);

    assertThat(formatted.prompt()).endsWith("<|im_start|>assistant\n<|im_end|>");
    assertThat(formatted.supervisedTokens()).isOne();
    assertThat(formatted.labels()[formatted.labels().length - 1]).isNotEqualTo(ChatFormat.IGNORE);
  }

  @Test
  void supervisesNothingOfAQuery() {
    assertThat(ChatFormat.formatQuery("Q", BYTES).supervisedTokens()).isZero();
  }

  @Test
  void anAnswerFollowsItsQuestionAsInTraining() {
    List<Turn> turns = List.of(Turn.human("Q"), Turn.gpt("It is <|im_end|> red."));
    int[] question = ChatFormat.formatQuery("Q", BYTES).inputIds();
    int[] answer = ChatFormat.formatAnswer(turns.get(1).value(), BYTES);

    FormattedConversation whole = ChatFormat.format(new Conversation(turns), BYTES);
    assertThat(whole.inputIds()).startsWith(question).endsWith(answer);
    assertThat(whole.inputIds()).hasSize(question.length + answer.length);
    assertThat(whole.supervisedTokens()).isEqualTo(answer.length);
  }

  @Test
  void asksAboutAnImageWithTheImageFirst() {
    assertThat(ChatFormat.queryWithImage("What is it?")).isEqualTo("<image>\nWhat is it?");
  }

  @Test
  void keepsRightToLeftAndCombiningTextAsItIs() {
    String arabic = "ما لَوْنُ المثلث؟";
    FormattedConversation formatted = ChatFormat.formatQuery(arabic, BYTES);
    assertThat(formatted.prompt()).contains("<|im_start|>user\n" + arabic + "<|im_end|>");
    assertThat(BYTES.decode(formatted.inputIds())).contains("user\n" + arabic + "\n");
  }

  @Test
  void countsWhatTruncationLeavesWithTheImageAtItsRealLength() {
    FormattedConversation formatted =
        new FormattedConversation(
            "", new int[] {1, ChatFormat.IMAGE_ID, 2, 3, 4}, new int[] {-100, -100, -100, 3, 4});
    assertThat(formatted.supervisedTokensWithin(14, 10)).isEqualTo(2);
    assertThat(formatted.supervisedTokensWithin(13, 10)).isEqualTo(1);
    assertThat(formatted.supervisedTokensWithin(12, 10)).isZero();
    assertThat(formatted.requireAnswerAndImageWithin(13, 10)).isSameAs(formatted);
  }

  @Test
  void refusesAConversationWhoseAnswerTruncationRemoves() {
    FormattedConversation formatted =
        ChatFormat.format(new Conversation(List.of(Turn.human("Q"), Turn.gpt("A"))), BYTES);
    assertThatThrownBy(() -> formatted.requireAnswerAndImageWithin(20, 576))
        .isInstanceOfSatisfying(
            UnusableConversationException.class,
            e -> assertThat(e.problem()).isEqualTo(ConversationProblem.ANSWER_TRUNCATED))
        .hasMessage(
            "Cannot use conversation: no token of an answer is within the first 20 positions (%d tokens, an image taking 576; shorten the question or raise the longest length)"
                .formatted(formatted.inputIds().length));
  }

  @Test
  void refusesAConversationWhoseImageTruncationRemoves() {
    FormattedConversation formatted =
        new FormattedConversation(
            "", new int[] {1, 2, ChatFormat.IMAGE_ID, 3}, new int[] {-100, 2, -100, 3});
    assertThat(formatted.requireAnswerAndImageWithin(12, 10)).isSameAs(formatted);
    assertThatThrownBy(() -> formatted.requireAnswerAndImageWithin(11, 10))
        .isInstanceOfSatisfying(
            UnusableConversationException.class,
            e -> assertThat(e.problem()).isEqualTo(ConversationProblem.IMAGE_TOKEN_TRUNCATED))
        .hasMessage(
            "Cannot use conversation: its image is not within the first 11 positions (2 tokens before it, an image taking 10; ask about it earlier or raise the longest length)");
  }
}
