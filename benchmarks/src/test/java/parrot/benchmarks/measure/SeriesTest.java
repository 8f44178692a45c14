package parrot.benchmarks.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import parrot.benchmarks.process.Reply;
import parrot.benchmarks.side.Engine;
import parrot.benchmarks.side.SideRequest;
import parrot.benchmarks.workload.Decoding;
import parrot.benchmarks.workload.Workload;

class SeriesTest {
  @Test
  void countsNoWarmUp() {
    Series series = series(Workload.DECODER);
    series.add(reply(9, 900), true, true);
    series.add(reply(3, 30), false, true);
    series.add(reply(1, 10), false, true);
    series.add(reply(2, 40), false, false);
    assertThat(series.best()).isEqualTo(1);
    assertThat(series.median()).isEqualTo(2);
    assertThat(series.faults()).isEqualTo(30);
    assertThat(series.peakBytes()).isEqualTo(7);
    assertThat(series.fromStart()).hasSize(3);
  }

  @Test
  void medianOfAnEvenNumberLiesBetween() {
    assertThat(Series.median(new double[] {4, 1, 2, 9})).isEqualTo(3);
    assertThat(Series.median(new double[0])).isNaN();
  }

  @Test
  void generationIsMeasuredByTheToken() {
    Series series = series(Workload.GENERATE);
    Map<String, Double> extras = Map.of(Decoding.PROMPT, 2.0, Decoding.TOKEN, 0.1);
    series.add(new Reply(null, 5.2, new double[0], 0, 0, 0, extras), false, true);
    assertThat(series.best()).isEqualTo(0.1);
    assertThat(series.extra(Decoding.PROMPT)).isEqualTo(2);
    assertThat(series.extra("another")).isNaN();
  }

  private static Series series(Workload workload) {
    return new Series(new SideRequest(Engine.OURS, workload, "", "bf16", 1, 1, 1));
  }

  private static Reply reply(double seconds, long faults) {
    return new Reply(null, seconds, new double[] {1}, faults, 7, 0, Map.of());
  }
}
