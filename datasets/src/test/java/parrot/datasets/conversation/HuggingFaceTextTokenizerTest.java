package parrot.datasets.conversation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.datasets.DataException;
import parrot.datasets.ReferenceText;
import parrot.datasets.shapes.ShapesTokenizer;

class HuggingFaceTextTokenizerTest {
  private static HuggingFaceTextTokenizer tokenizer;

  @BeforeAll
  static void open() {
    tokenizer = TokenizerJson.open();
  }

  @AfterAll
  static void close() {
    tokenizer.close();
  }

  @Test
  void appliesTheMergesOfTheFile() {
    assertThat(tokenizer.encode("the cat")).containsExactly(257, ' ', 'c', 'a', 't');
  }

  @Test
  void makesOneIdOfASpecialTokenInsideTheText() {
    assertThat(tokenizer.encode("<|im_start|>user\nthe<|im_end|>\n"))
        .containsExactly(259, 'u', 's', 'e', 'r', '\n', 257, 260, '\n');
  }

  @Test
  void addsNothingOfItsOwn() {
    assertThat(tokenizer.encode("")).isEmpty();
    assertThat(tokenizer.encode("a")).containsExactly('a');
  }

  @Test
  void addsNothingEvenIfTheFilePadsAndTruncates() {
    ObjectNode json = TokenizerJson.qwen2Like();
    json.putObject("truncation")
        .put("direction", "Right")
        .put("max_length", 2)
        .put("strategy", "LongestFirst")
        .put("stride", 0);
    ObjectNode padding = json.putObject("padding");
    padding.putObject("strategy").put("Fixed", 8);
    padding.put("direction", "Right").putNull("pad_to_multiple_of");
    padding.put("pad_id", 258).put("pad_type_id", 0).put("pad_token", "<|endoftext|>");
    try (HuggingFaceTextTokenizer padded =
        HuggingFaceTextTokenizer.of(TokenizerJson.bytes(json), "test")) {
      assertThat(padded.encode("a")).containsExactly('a');
      assertThat(padded.encode("abcd")).containsExactly('a', 'b', 'c', 'd');
    }
  }

  @Test
  void encodesLongTextWhole() {
    assertThat(tokenizer.encode("a b ".repeat(5000))).hasSize(20_000);
  }

  @Test
  void normalisesAsTheFileSays() {
    // NFC: e and a combining acute are one letter.
    assertThat(tokenizer.encode("e\u0301")).containsExactly(TokenizerJson.byteIds("é"));
  }

  @Test
  void bringsEveryLanguageBack() {
    for (String text :
        List.of(
            "三只鸟。",
            "ما لون المثلث؟",
            "Quem é você?",
            "Gökyüzü ığdır",
            "Что в небе?",
            "🦜\u0000!")) {
      assertThat(tokenizer.encode(text)).containsExactly(TokenizerJson.byteIds(text));
      assertThat(tokenizer.decode(tokenizer.encode(text))).isEqualTo(text);
    }
  }

  @Test
  void survivesHalfACharacter() {
    int[] ids = tokenizer.encode("a\uD83E");
    assertThat(ids[0]).isEqualTo('a');
    assertThat(tokenizer.decode(ids)).startsWith("a");
  }

  @Test
  void leavesSpecialTokensAndImagesOutOfDecodedText() {
    assertThat(tokenizer.decode(new int[] {259, 'a', -200, ' ', 257, 260})).isEqualTo("a the");
    assertThat(tokenizer.decode(new int[] {-200})).isEmpty();
  }

  @Test
  void leavesOutIdsOfThePaddingBehindItsTokens() {
    assertThat(tokenizer.decode(new int[] {261, 'a', 5000, 'b'})).isEqualTo("ab");
  }

  @Test
  void formatsAConversationWithItsOwnMerges() {
    FormattedConversation formatted =
        ChatFormat.format(
            new Conversation(List.of(Turn.human("<image>\nWhat?"), Turn.gpt("the\n"))), tokenizer);
    int[] labels = formatted.labels();
    assertThat(Arrays.copyOfRange(labels, labels.length - 4, labels.length))
        .containsExactly(ChatFormat.IGNORE, 257, '\n', 260);
    assertThat(formatted.inputIds()).containsOnlyOnce(ChatFormat.IMAGE_ID);
  }

  @Test
  void isUsedByManyThreadsAtOnce() {
    int[] expected = tokenizer.encode("the cat and the hat");
    assertThat(
            IntStream.range(0, 200)
                .parallel()
                .allMatch(i -> Arrays.equals(expected, tokenizer.encode("the cat and the hat"))))
        .isTrue();
  }

  @Test
  void knowsItsTokens() {
    assertThat(tokenizer.vocabularySize()).isEqualTo(261);
    assertThat(tokenizer.id("<|im_end|>")).isEqualTo(260);
    assertThatThrownBy(() -> tokenizer.id("<pad>"))
        .isInstanceOf(DataException.class)
        .hasMessage("Cannot find token <pad>: test has no such token");
  }

  @Test
  void opensTheTokenizerOfShapes() {
    try (HuggingFaceTextTokenizer shapes =
        HuggingFaceTextTokenizer.of(
            ShapesTokenizer.json().getBytes(StandardCharsets.UTF_8), "shapes")) {
      assertThat(shapes.vocabularySize()).isEqualTo(ShapesTokenizer.VOCABULARY_SIZE);
      FormattedConversation query = ChatFormat.formatQuery("<image>\nКакого цвета круг?", shapes);
      assertThat(shapes.decode(query.inputIds()))
          .isEqualTo(
              "system\nYou are a helpful assistant.\nuser\n\nКакого цвета круг?\nassistant\n");
    }
  }

  @Test
  void hasAFingerprintOfItsFile(@TempDir Path folder) throws Exception {
    String json = TokenizerJson.qwen2Like().toString();
    var path = ReferenceText.write(folder, "tokenizer.json", json);
    try (HuggingFaceTextTokenizer opened =
        HuggingFaceTextTokenizer.open(ReferenceText.local(), path)) {
      assertThat(opened.fingerprint()).isEqualTo(tokenizer.fingerprint()).hasSize(64);
      assertThat(opened.encode("the")).containsExactly(257);
    }
  }

  @Test
  void neverGoesToTheNetwork() {
    assertThat(System.getProperty("ai.djl.offline")).isEqualTo("true");
    assertThat(ai.djl.util.Utils.isOfflineMode()).isTrue();
  }

  @Test
  void refusesAFileThatIsNotThere(@TempDir Path folder) {
    var path = new org.apache.hadoop.fs.Path(folder.resolve("tokenizer.json").toUri());
    assertThatThrownBy(() -> HuggingFaceTextTokenizer.open(ReferenceText.local(), path))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith("Cannot open tokenizer " + path + ": ")
        .hasMessageEndingWith("(expected a Hugging Face tokenizer.json)");
  }

  @Test
  void refusesAFileThatIsNoJson() {
    assertThatThrownBy(() -> of("{\n\"model\": "))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "Cannot use tokenizer test: it is not JSON (line 2; expected a Hugging Face tokenizer.json)");
  }

  @Test
  void refusesJsonThatIsNoTokenizer() {
    assertThatThrownBy(() -> of("{}"))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "Cannot use tokenizer test: it has no model.vocab by token (expected a byte-level BPE tokenizer.json)");
  }

  @Test
  void refusesATokenizerOfAnotherFamily() {
    ObjectNode json = TokenizerJson.qwen2Like();
    ((ArrayNode) json.get("added_tokens")).remove(2);
    assertThatThrownBy(() -> of(json.toString()))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "Cannot use tokenizer test: it has no token <|im_end|> (must be a tokenizer of the Qwen family, whose chat format is used)");
  }

  @Test
  void refusesATokenizerThatTheLibraryRefuses() {
    ObjectNode json = TokenizerJson.qwen2Like();
    ((ObjectNode) json.get("model")).put("type", "Unheard");
    assertThatThrownBy(() -> of(json.toString()))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith("Cannot use tokenizer test: ")
        .hasMessageEndingWith("(expected a Hugging Face tokenizer.json)");
  }

  private static HuggingFaceTextTokenizer of(String json) {
    return HuggingFaceTextTokenizer.of(json.getBytes(StandardCharsets.UTF_8), "test");
  }
}
