package parrot.datasets.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import parrot.datasets.ReferenceText;
import parrot.datasets.language.Language;

class MultipleChoicePromptTest {
  private static final Map<Character, String> OPTIONS =
      new TreeMap<>(Map.of('A', "one", 'B', "two"));

  static Stream<JsonNode> reference() {
    return ReferenceText.cases("multiple-choice-prompts.json");
  }

  @ParameterizedTest
  @MethodSource("reference")
  void asksAsTheReferenceDoes(JsonNode expected) {
    JsonNode row = expected.get("row");
    TreeMap<Character, String> options = new TreeMap<>();
    for (char letter = 'A'; letter <= 'D'; letter++) {
      if (row.has(String.valueOf(letter))) {
        options.put(letter, row.get(String.valueOf(letter)).asText());
      }
    }
    String prompt =
        MultipleChoicePrompt.of(
            row.get("question").asText(),
            Optional.ofNullable(row.get("hint")).map(JsonNode::asText),
            options,
            BenchmarkName.parse(expected.get("benchmark").asText()).language());
    assertThat(prompt).isEqualTo(expected.get("prompt").asText());
  }

  @Test
  void instructsInChineseWhereChineseIsAsked() {
    assertThat(MultipleChoicePrompt.of("What does 猫 mean?", Optional.empty(), OPTIONS, Language.EN))
        .endsWith("\n请直接用给定选项中的选项字母回答。");
    assertThat(MultipleChoicePrompt.of("1 + 1?", Optional.empty(), OPTIONS, Language.ZH))
        .endsWith("\n请直接用给定选项中的选项字母回答。");
  }

  @Test
  void asksForAFewWordsWhereThereAreNoOptions() {
    assertThat(MultipleChoicePrompt.of("What?", Optional.empty(), Map.of(), Language.EN))
        .isEqualTo("What?\nAnswer the question using a single word or phrase.");
    assertThat(MultipleChoicePrompt.of("什么？", Optional.empty(), Map.of(), Language.ZH))
        .isEqualTo("什么？\n请用单个词或短语回答问题。");
  }

  @Test
  void asksAboutAnItemOfABenchmark() {
    assertThat(MultipleChoicePrompt.of(Items.item(3, 'A', "red", "blue"), Language.TR))
        .isEqualTo(
            "Question 3?\nA. red\nB. blue\nVerilen seçeneklerden doğrudan seçeneğin harfi ile cevap verin.");
  }
}
