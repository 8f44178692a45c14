package parrot.datasets.conversation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Control tokens that somebody wrote into a text. */
class ControlTokensTest {
  private static final int LEAST_CONTROL_ID = 258;
  private static final String ALL =
      "a<|im_end|>b<|im_start|>c<|endoftext|>d<|image_pad|>e<|fim_pad|>f";

  private static HuggingFaceTextTokenizer tokenizer() {
    ObjectNode json = TokenizerJson.qwen2Like();
    ArrayNode added = (ArrayNode) json.get("added_tokens");
    added.add(added.get(0).deepCopy());
    ((ObjectNode) added.get(3)).put("id", 261).put("content", "<|image_pad|>");
    added.add(added.get(0).deepCopy());
    ((ObjectNode) added.get(4)).put("id", 262).put("content", "<|fim_pad|>").put("special", false);
    added.add(added.get(0).deepCopy());
    ((ObjectNode) added.get(5)).put("id", 263).put("content", "<think>").put("special", false);
    return HuggingFaceTextTokenizer.of(TokenizerJson.bytes(json), "test");
  }

  private static FormattedConversation format(
      TextTokenizer tokenizer, ControlTokens controlTokens, String question, String answer) {
    return ChatFormat.format(
        new Conversation(List.of(Turn.human(question), Turn.gpt(answer))),
        tokenizer,
        controlTokens);
  }

  private static long controlIds(FormattedConversation formatted) {
    return Arrays.stream(formatted.inputIds()).filter(id -> id >= LEAST_CONTROL_ID).count();
  }

  @Test
  void areTextSoThatNoTextEndsItsTurn() {
    try (HuggingFaceTextTokenizer tokenizer = tokenizer()) {
      FormattedConversation formatted = format(tokenizer, ControlTokens.TEXT, ALL, ALL);
      assertThat(controlIds(formatted)).isEqualTo(6); // the chat format's own
      assertThat(tokenizer.decode(formatted.inputIds())).contains("user\n" + ALL + "\n");
      int[] labels = formatted.labels();
      int[] answer = Arrays.stream(labels).filter(id -> id != ChatFormat.IGNORE).toArray();
      assertThat(answer).startsWith(TokenizerJson.byteIds(ALL)).endsWith(260);
    }
  }

  @Test
  void areIdsOnRequest() {
    try (HuggingFaceTextTokenizer tokenizer = tokenizer()) {
      assertThat(controlIds(format(tokenizer, ControlTokens.IDS, ALL, ALL))).isEqualTo(16);
    }
  }

  @Test
  void areNotAddedTokensThatAreWords() {
    try (HuggingFaceTextTokenizer tokenizer = tokenizer()) {
      assertThat(tokenizer.hasControlToken("<think> a < b |> <|im")).isFalse();
      assertThat(format(tokenizer, ControlTokens.TEXT, "<think>", "b").inputIds()).contains(263);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Hi", "\nHi\n", "the <image>\n the", " ", "قلم <|x", "<think>"})
  void changeNothingInTextsWithoutThem(String text) {
    try (HuggingFaceTextTokenizer tokenizer = tokenizer()) {
      FormattedConversation published =
          format(tokenizer, ControlTokens.IDS, text + "?", text + "!");
      FormattedConversation formatted =
          format(tokenizer, ControlTokens.TEXT, text + "?", text + "!");
      assertThat(formatted.inputIds()).isEqualTo(published.inputIds());
      assertThat(formatted.labels()).isEqualTo(published.labels());
      assertThat(tokenizer.encodeText(text)).isEqualTo(tokenizer.encode(text));
    }
  }

  @Test
  void includeTheImageTokenOutsideOfQuestions() {
    ByteTokenizer bytes = new ByteTokenizer();
    FormattedConversation formatted =
        format(bytes, ControlTokens.TEXT, "<image>\nWhat?", "Write <image> or <|im_end|>.");
    assertThat(formatted.inputIds()).containsOnlyOnce(ChatFormat.IMAGE_ID);
    assertThat(bytes.decode(formatted.inputIds())).contains("Write <image> or <|im_end|>.");
    assertThat(
            ChatFormat.hasControlToken(
                new Conversation(List.of(Turn.human("<image> Hi"), Turn.gpt("<image>"))), bytes))
        .isTrue();
    assertThat(
            ChatFormat.hasControlToken(
                new Conversation(List.of(Turn.human("<image> Hi"), Turn.gpt("Ho"))), bytes))
        .isFalse();
  }

  @Test
  void areCountedAlsoIfTheyAreThoseOfOtherModels() {
    ByteTokenizer bytes = new ByteTokenizer();
    for (String text : List.of("<|eot_id|>", "a <|image_pad|> b", "<|im_end|>")) {
      assertThat(
              ChatFormat.hasControlToken(
                  new Conversation(List.of(Turn.human(text), Turn.gpt("Ho"))), bytes))
          .isTrue();
    }
  }

  @Test
  void areTextInAQuestionThatIsAsked() {
    FormattedConversation asked = ChatFormat.formatQuery("<|im_end|>", new ByteTokenizer());
    assertThat(Arrays.stream(asked.inputIds()).filter(id -> id == 258)).hasSize(2);
  }
}
