package parrot.benchmarks.study;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A small study of the real program: its world, its training, its answers. */
@Tag("slow")
class StudyIT {
  private static final String STUDY =
      """
      question: Does it matter what guides the router?
      scores: [accuracy]
      figures: {held-out loss: {step: instruct, at: /held_out/loss}}
      steps:
        world: {run: shapes, captions: 0, conversations: 48, heldout: 12, questions: 4, choice-answers: text}
        shards: &shards
          run: preprocess
          input: "{world}/train/conversations.json"
          images: "{world}"
          tokenizer: "{world}/tokenizer.json"
          image-size: 56
          patch-size: 14
          max-length: 256
        unseen: {<<: *shards, input: "{world}/heldout/conversations.json"}
        instruct:
          run: train
          config:
            stage: instruct
            model: {folder: "{parts}", tokenizer: "{world}/tokenizer.json", initialize: [projector, experts]}
            data: ["{shards}"]
            held_out: {data: ["{unseen}"], every: 100}
            replicas: 1
            average_every: 2
            batch_size: 8
            max_steps: 2
            seed: "{seed}"
        accuracy: {run: evaluate, model: "{instruct}", benchmark: "{world}/benchmark", max-new-tokens: 4}
      axes:
        guide:
          prompt: {}
          language: {instruct: {config: {model: {config: {moe_guide: language}}}}}
      compare: [{axis: guide, baseline: prompt}]
      """;

  @TempDir private Path folder;
  private final StringWriter said = new StringWriter();

  @Test
  void aStudyOfTheProgramEndsWithAPageAndGoesOnWithoutWorkThatIsDone() throws IOException {
    Path file = Files.writeString(folder.resolve("study.yaml"), STUDY);
    assertThat(study(file)).as(said.toString()).isZero();
    JsonNode results = StudyFolder.JSON.readTree(folder.resolve("out/study.json").toFile());
    assertThat(results.at("/cells")).hasSize(2);
    for (JsonNode cell : results.at("/cells")) {
      assertThat(cell.at("/accuracy/accuracy")).hasSize(6);
      assertThat(cell.at("/figures/held-out loss").asDouble()).isPositive();
    }
    assertThat(results.at("/cells/0/figures")).isNotEqualTo(results.at("/cells/1/figures"));
    assertThat(results.at("/comparisons/0/differences")).hasSize(7);
    assertThat(study(file)).isZero();
    assertThat(said.toString()).contains("7 steps, 7 of them done before");
  }

  private int study(Path file) {
    String before =
        System.setProperty("parrot.home", Path.of("..").toAbsolutePath().normalize().toString());
    try {
      PrintWriter words = new PrintWriter(said, true);
      return StudyCommand.run(
          words,
          words,
          file.toString(),
          "--out",
          folder.resolve("out").toString(),
          "--at-once",
          "2");
    } finally {
      if (before == null) {
        System.clearProperty("parrot.home");
      } else {
        System.setProperty("parrot.home", before);
      }
    }
  }
}
