package parrot.benchmarks.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import parrot.datasets.UsageException;

class StudyFileTest {
  private static final String STUDY =
      """
      question: Does it help?
      seeds: [1, 2]
      scores: [answers]
      figures: {loss: {step: model, at: /held_out/loss}}
      groups: {others: [zh, ru]}
      steps:
        world: {run: shapes, questions: 8}
        model: {run: train, config: {replicas: 1, rate: 1, model: {folder: "{parts}"}, seed: "{seed}"}}
        answers: {run: evaluate, model: "{model}", benchmark: "{world}/benchmark"}
      axes:
        rate: {slow: {}, fast: {model: {config: {rate: 2}}}}
      compare: [{axis: rate, baseline: slow}]
      smoke: {seeds: [1], axes: {rate: {fast: null}}}
      """;

  @TempDir private Path folder;

  private StudyFile read(String yaml, boolean smoke) throws IOException {
    return StudyFile.read(Files.writeString(folder.resolve("study.yaml"), yaml), smoke);
  }

  private static Set<String> ids(List<Cell> cells) {
    Set<String> ids = new TreeSet<>();
    cells.forEach(cell -> cell.ends().values().forEach(step -> collect(step, ids)));
    return ids;
  }

  private static void collect(Step step, Set<String> ids) {
    ids.add(step.id());
    step.needs().values().forEach(need -> collect(need, ids));
  }

  @Test
  void aCellIsEachCombinationWithEachSeedAndEqualStepsAreShared() throws IOException {
    List<Cell> cells = read(STUDY, false).cells("parts of today");
    assertThat(cells.stream().map(Cell::toString))
        .containsExactly(
            "rate slow, seed 1", "rate fast, seed 1", "rate slow, seed 2", "rate fast, seed 2");
    assertThat(ids(cells)).as("one world, four models, four evaluations").hasSize(9);
    Step model = cells.get(3).ends().get("model");
    assertThat(model.settings().toString())
        .isEqualTo(
            "{\"config\":{\"replicas\":1,\"rate\":2,\"model\":{\"folder\":\"{parts}\"},\"seed\":2}}");
    assertThat(read(STUDY, true).cells("parts of today")).hasSize(1);
  }

  @Test
  void aKeyIsOfTheContentOfAllThatCameBefore() throws IOException {
    Set<String> before = ids(read(STUDY, false).cells("parts of today"));
    assertThat(ids(read(STUDY, false).cells("parts of today"))).isEqualTo(before);
    String reordered = STUDY.replace("replicas: 1, rate: 1", "rate: 1, replicas: 1");
    assertThat(ids(read(reordered, false).cells("parts of today"))).isEqualTo(before);
    Set<String> otherParts = ids(read(STUDY, false).cells("others"));
    otherParts.retainAll(before);
    assertThat(otherParts).singleElement().asString().startsWith("world-");
    Set<String> otherWorld =
        new HashSet<>(
            ids(
                read(STUDY.replace("questions: 8", "questions: 9"), false)
                    .cells("parts of today")));
    otherWorld.retainAll(before);
    assertThat(otherWorld).hasSize(4).allMatch(id -> id.startsWith("model-"));
  }

  @Test
  void aStudyMayChangeAnotherAndReplacesValuesOfAxesAsAWhole() throws IOException {
    Files.writeString(folder.resolve("base.yaml"), STUDY);
    StudyFile study =
        read(
            """
            base: base.yaml
            question: And with three?
            steps: {world: {questions: 9}}
            axes: {rate: {fast: {model: {config: {rate: null}}}, faster: {}}}
            """,
            false);
    assertThat(study.question()).isEqualTo("And with three?");
    assertThat(study.steps().at("/world/questions").asInt()).isEqualTo(9);
    assertThat(study.axes().get("rate").keySet()).containsExactly("slow", "fast", "faster");
    Step fast = study.cells("").get(1).ends().get("model");
    assertThat(fast.settings().at("/config").has("rate")).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{model}|{modle}|{modle} names nothing (must be one of [answers, model, parts, rate, seed, world])",
        "run: shapes|run: shape|Invalid steps.world.run: shape (must be one of [shapes,",
        "baseline: slow|baseline: slower|Invalid compare: slower (must be a value of rate: [slow, fast])",
        "scores: [answers]|scores: [world]|Invalid scores: world (must be steps that run evaluate)",
        "step: model|step: nothing|Invalid figures.loss.step: nothing",
        "questions: 8}|questions: 8}\\n  unused: {run: shapes}|[unused] are needed by no score",
        "folder: \"{parts}\"|folder: \"{answers}\"|need each other in a circle",
        "seeds: [1, 2]|seeds: [1, 1]|Invalid seeds: 1.0 (must be whole numbers, each once)",
        "groups:|group:|Unknown key group",
        "question: Does it help?|seeds: [3]|duplicate key",
      })
  void whatIsWrongIsToldBeforeAnythingRuns(String right, String wrong, String message) {
    assertThatThrownBy(
            () -> read(STUDY.replace(right, wrong.replace("\\n", "\n")), false).cells(""))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining(message);
  }

  /** All keys that they set are known by a test of the module that has the commands. */
  @ParameterizedTest
  @ValueSource(strings = {"premise", "weak-decoder", "claim", "experts", "rounds"})
  void theStudiesOfTheProjectCanBeReadAndMadeSmall(String name) {
    Path file = Path.of("../recipes/studies", name + ".yaml");
    StudyFile whole = StudyFile.read(file, false);
    assertThat(whole.cells("")).hasSizeGreaterThanOrEqualTo(24);
    assertThat(whole.contrasts()).isNotEmpty();
    assertThat(StudyFile.read(file, true).cells("").size()).isBetween(2, 4);
  }

  @Test
  void namesOfPlacesAreWords() {
    assertThat(Cell.words(Map.of("share", "99.5"))).isEqualTo("share 99.5");
  }
}
