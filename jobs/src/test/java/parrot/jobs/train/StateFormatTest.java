package parrot.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.commons.io.file.PathUtils;
import org.apache.spark.sql.SparkSession;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.datasets.UsageException;
import parrot.jobs.spark.SparkSessions;
import parrot.model.kernel.KernelProvider;

/** Runs whose replicas keep what they train in fewer bits. */
@Tag("slow")
class StateFormatTest {
  private static final String[] SMALL = {
    "kernels.precision=bf16", "state={gradients: bf16, moments: 8bit}"
  };

  @TempDir static Path folder;
  private static SmallWorld world;
  private static SparkSession session;

  @BeforeAll
  static void start() throws IOException {
    world = new SmallWorld(folder);
    session = SparkSessions.create("state test", "local[2]", Map.of());
  }

  @AfterAll
  static void stop() {
    session.close();
  }

  private static TrainJob.Outcome train(String run, TrainJob.Mode mode, String... settings)
      throws IOException {
    String[] all =
        Stream.concat(
                Stream.of("checkpoints.every=1", "checkpoints.keep=9"), Arrays.stream(settings))
            .toArray(String[]::new);
    return TrainJob.run(world.config(run, all), session, mode, line -> {});
  }

  /** Float32 weights and moments, whatever a replica keeps. */
  private static Map<String, List<Byte>> tensors(Path checkpoint) throws IOException {
    Map<String, List<Byte>> contents = new TreeMap<>();
    try (Stream<Path> all = Files.walk(checkpoint)) {
      all.filter(file -> file.toString().endsWith(".safetensors"))
          .forEach(
              file -> {
                List<Byte> bytes = new ArrayList<>();
                for (byte one : read(file)) {
                  bytes.add(one);
                }
                contents.put(checkpoint.relativize(file).toString(), bytes);
              });
    }
    return contents;
  }

  private static byte[] read(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path local(TrainJob.Outcome outcome) {
    return Path.of(outcome.checkpoint().toUri());
  }

  @Test
  void goesOnWhereItWasLeftAndLearnsAsFast() throws IOException {
    assumeTrue(KernelProvider.named("onednn").gainsFromBf16());
    TrainJob.Outcome full = train("full", TrainJob.Mode.FRESH, SMALL[0]);
    TrainJob.Outcome whole = train("whole", TrainJob.Mode.FRESH, SMALL);
    Map<String, List<Byte>> expected = tensors(local(whole));
    assertThat(expected).containsKeys("model.safetensors", "training/updater.safetensors");
    assertThat(expected).isNotEqualTo(tensors(local(full)));
    assertThat(whole.heldOutLoss()).isCloseTo(full.heldOutLoss(), Percentage.withPercentage(1));
    for (int round = 3; round <= 4; round++) {
      PathUtils.deleteDirectory(local(whole).resolveSibling("round-00000" + round));
    }
    TrainJob.Outcome resumed = train("whole", TrainJob.Mode.RESUME, SMALL);
    assertThat(resumed.rounds()).isEqualTo(4);
    assertThat(tensors(local(resumed))).isEqualTo(expected);
  }

  @Test
  void refusesWhatCannotBeKept() {
    assertThatThrownBy(() -> world.config("run", "state.gradients=bf16"))
        .isInstanceOf(UsageException.class)
        .hasMessage("Invalid state.gradients: bf16 (must be f32 unless kernels.precision is bf16)");
    assertThatThrownBy(() -> world.config("run", "state.moments=8bit", "averaging=dl4j"))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "Invalid averaging: dl4j (must be parrot with state.gradients: bf16 or state.moments:"
                + " 8bit)");
    assertThatThrownBy(() -> world.config("run", "state.moments=4bit"))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("must be one of f32, 8bit");
  }
}
