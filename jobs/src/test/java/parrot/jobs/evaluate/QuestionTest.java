package parrot.jobs.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import parrot.datasets.benchmark.BenchmarkItem;
import parrot.datasets.benchmark.BenchmarkName;
import parrot.datasets.benchmark.PromptTemplate;

/** What is asked of a benchmark's questions. */
class QuestionTest {
  private static final BenchmarkName NAME = BenchmarkName.parse("MMMB_en.tsv");

  private static List<BenchmarkItem> items(int... images) {
    List<BenchmarkItem> items = new ArrayList<>();
    for (int i = 0; i < images.length; i++) {
      items.add(
          new BenchmarkItem(
              i,
              "Which?",
              Optional.empty(),
              new TreeMap<>(Map.of('A', "cat", 'B', "dog")),
              Optional.of('A'),
              "",
              "",
              "",
              new byte[] {(byte) images[i]}));
    }
    return items;
  }

  private static List<Integer> imagesOf(AnsweringOptions options, int... images) {
    return Question.plan(NAME, items(images), false, options).questions().stream()
        .map(question -> (int) question.image()[0])
        .toList();
  }

  @Test
  void shuffledQuestionsAreAskedAboutTheImageOfAnother() {
    AnsweringOptions options = AnsweringOptions.defaults();

    assertThat(imagesOf(options, 1, 1, 2, 3)).containsExactly(1, 1, 2, 3);
    assertThat(imagesOf(options.withShuffled(true), 1, 1, 2, 3)).containsExactly(2, 2, 3, 1);
    assertThat(imagesOf(options.withShuffled(true), 5, 5)).containsExactly(5, 5);
    assertThat(options.withShuffled(true).key()).isEqualTo(options.key() + ", shuffled pictures");
  }

  @Test
  void aTemplateDecidesThePrompt() {
    AnsweringOptions options =
        AnsweringOptions.defaults().withTemplate(new PromptTemplate("{question} ({letters})"));

    assertThat(Question.plan(NAME, items(1), true, options).questions().get(0).prompts())
        .containsExactly("Which? (A, B)", "Which? (A, B)");
  }
}
