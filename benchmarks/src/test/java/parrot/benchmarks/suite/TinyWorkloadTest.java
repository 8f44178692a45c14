package parrot.benchmarks.suite;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.benchmarks.measure.Alternation;
import parrot.benchmarks.measure.ProgressLog;
import parrot.benchmarks.measure.Series;
import parrot.benchmarks.process.Reply;
import parrot.benchmarks.side.SideRequest;
import parrot.benchmarks.workload.ModelStore;
import parrot.benchmarks.workload.Workload;

/**
 * A whole Parrot of a few thousand parameters, ours beside libtorch's, in processes of their own:
 * vision, projector, experts, splicing, decoder, backward and AdamW compute the same.
 */
class TinyWorkloadTest {
  @TempDir private Path folder;

  @Test
  void oursAndLibtorchLoseTheSameInEveryStep() throws IOException {
    String model = new ModelStore(folder).folder(Workload.TINY).toString();
    List<SideRequest> requests = new ArrayList<>();
    SideRequests.engines(Workload.TINY)
        .forEach(
            engine -> requests.add(new SideRequest(engine, Workload.TINY, model, "f32", 1, 0, 0)));
    StringWriter lines = new StringWriter();
    ProgressLog progress = new ProgressLog(new PrintWriter(lines, true), "tiny");

    List<Series> series =
        new Alternation(SideProcess.class, folder.resolve("logs"), progress, 1, 3, false)
            .run(requests);

    List<Reply> ours = series.get(0).fromStart();
    List<Reply> peer = series.get(1).fromStart();
    assertThat(ours).hasSize(4).hasSameSizeAs(peer);
    for (int step = 0; step < ours.size(); step++) {
      assertThat(ours.get(step).outputs()[0])
          .as("loss of step %d", step)
          .isCloseTo(peer.get(step).outputs()[0], Percentage.withPercentage(0.01));
    }
    // Something was learned, so the steps above did not all see the starting weights.
    assertThat(ours.get(3).outputs()[0]).isLessThan(ours.get(0).outputs()[0] - 1e-3);
    assertThat(series.get(1).peakBytes()).isPositive();
    assertThat(series.get(0).measured()).hasSize(3);
    assertThat(lines.toString())
        .contains("warm-up 1 of 1")
        .contains("step 3 of 3")
        .contains("left");
  }
}
