package parrot.benchmarks.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.benchmarks.measure.ProgressLog;
import parrot.benchmarks.report.Result;
import parrot.benchmarks.report.Target;
import parrot.benchmarks.workload.ModelStore;
import parrot.benchmarks.workload.WeightBytes;
import parrot.benchmarks.workload.Workload;

/** Opening a model of a few thousand parameters, each time in a process of its own. */
class LoadingTest {
  @TempDir private Path folder;

  @Test
  void timesReadingAndOpeningAndCountsTheMemoryOfOneProcessAndOfTwo() throws IOException {
    Path model = new ModelStore(folder).folder(Workload.TINY);
    Result result = new Loading().run(options(model), progress());
    assertThat(result.seconds()).containsKeys("cat, warm", "ready, warm");
    assertThat(result.seconds().values())
        .allSatisfy(seconds -> assertThat(seconds).hasSize(1))
        .allSatisfy(seconds -> assertThat(seconds[0]).isPositive());
    assertThat(result.targets()).hasSize(3);
    // Next to nothing of such a process is weights, so two need more than one, and less than three.
    Target memory = result.targets().get(2);
    assertThat(memory.value()).isBetween(1.0, 3.0);
  }

  @Test
  void refusesAFolderWithoutWeights() {
    assertThatThrownBy(() -> WeightBytes.in(folder.toString()))
        .isInstanceOf(IOException.class)
        .hasMessage("Cannot measure " + folder + ": it has no safetensors");
  }

  private Benchmark.Options options(Path model) {
    return new Benchmark.Options(
        folder, folder.resolve("logs"), 0, 1, 1, "bf16", List.of(), false, List.of(), model);
  }

  private static ProgressLog progress() {
    return new ProgressLog(new PrintWriter(new StringWriter(), true), "load");
  }
}
