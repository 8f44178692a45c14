package parrot.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.datasets.DataException;
import parrot.jobs.config.TrainConfig;
import parrot.jobs.metrics.MetricsLine;
import parrot.jobs.metrics.RoundTimes;
import parrot.jobs.metrics.RoundTimes.Phase;
import parrot.jobs.metrics.RoundTimes.Span;
import parrot.model.config.ParrotConfig;
import parrot.model.tensor.ElementType;

class RoundForecastTest {
  private static final double COMPUTE = 10;
  private static final double EXCHANGE = 2;
  private static final double NO_LIMIT = Double.POSITIVE_INFINITY;

  @TempDir static Path folder;
  private static SmallWorld world;

  @BeforeAll
  static void make() throws IOException {
    world = new SmallWorld(folder);
  }

  private static RunPlan plan(String... settings) throws IOException {
    TrainConfig config = world.config("run", settings);
    ParrotConfig model = StartingModel.shape(config, new Configuration());
    return RunPlan.of(
        config, model, ElementType.F32, TrainingData.lengths(config, new Configuration()));
  }

  /** Rounds of two replicas, each on an executor of its own. */
  private static RoundFigures measured() throws IOException {
    List<MetricsLine> lines = new ArrayList<>();
    for (int round = 1; round <= 4; round++) {
      double seconds = round == 1 ? 3 * COMPUTE : COMPUTE;
      RoundTimes times =
          new RoundTimes(
              1000 * round,
              List.of(
                  new Span(Phase.COMPUTE, 0, seconds),
                  new Span(Phase.EXCHANGE, seconds, EXCHANGE),
                  new Span(Phase.CHECKPOINT, seconds + EXCHANGE, 1)),
              IntStream.range(0, 2)
                  .mapToObj(k -> new RoundTimes.Replica(k, "" + k, "host", 0, seconds))
                  .toList(),
              1,
              1);
      lines.add(line(times));
    }
    return RoundFigures.of(plan(), lines);
  }

  private static MetricsLine line(RoundTimes times) {
    return new MetricsLine(
        new MetricsLine.Progress(1, 1, 1, 1, 1, 1),
        Optional.empty(),
        Optional.empty(),
        List.of(),
        List.of(),
        Optional.empty(),
        Optional.empty(),
        Optional.of(times),
        Optional.empty());
  }

  private static RoundForecast forecast(int executors, double bandwidth, String... settings)
      throws IOException {
    return new RoundForecast(plan(settings), measured(), executors, bandwidth);
  }

  @Test
  void theMeasuredRunIsPredictedAsItWas() throws IOException {
    RoundForecast same = forecast(2, NO_LIMIT, "checkpoints.every=1");
    assertThat(same.compute()).isCloseTo(COMPUTE, within(1e-9));
    assertThat(same.stragglers()).isZero();
    assertThat(same.exchange()).isCloseTo(EXCHANGE, within(1e-9));
    assertThat(same.together()).isCloseTo(COMPUTE + EXCHANGE + 1, within(1e-9));
  }

  @Test
  void replicasTakeTurnsAndStepsGrowWithTheirSamples() throws IOException {
    assertThat(forecast(2, NO_LIMIT, "replicas=8").compute()).isCloseTo(4 * COMPUTE, within(1e-9));
    assertThat(forecast(2, NO_LIMIT, "batch_size=8").compute())
        .isCloseTo(2 * COMPUTE, within(1e-9));
  }

  /** Here the state is two chunks, one of parameters and one of moments. */
  @Test
  void whoHoldsAChunkHasTheBytesOfAllReplicas() throws IOException {
    RoundForecast many = forecast(64, NO_LIMIT, "replicas=64");
    assertThat(many.exchange() / EXCHANGE)
        .isCloseTo((2 + 64 * 0.75) / (2 + 2 * 0.75), within(1e-9));
    double bytes = RoundForecast.busiest(many.plan(), 64);
    assertThat(forecast(64, bytes / 100, "replicas=64").exchange())
        .isCloseTo(800, Percentage.withPercentage(1));
  }

  @Test
  void replicasThatSendDifferencesReadTheParametersTwice() throws IOException {
    RunPlan plain = plan("updater_state=reset", "exchange=f32");
    RunPlan halves = plan("updater_state=reset", "exchange=bf16");
    double f32 = 4.0 * plain.learns();
    assertThat(RoundForecast.busiest(plain, 2))
        .isCloseTo(f32 + f32 + 2 * (f32 / 2 + f32), within(1.0));
    assertThat(RoundForecast.busiest(halves, 2))
        .isCloseTo(2 * f32 + f32 / 2 + 2 * (2 * f32 / 2 + f32 / 2), within(1.0));
  }

  @Test
  void overlapHidesWhatItsStepsTake() throws IOException {
    assertThat(forecast(2, NO_LIMIT, "overlap.steps=1").exchange()).isZero();
    assertThat(forecast(2, 100, "overlap.steps=1").exchange())
        .isCloseTo(forecast(2, 100).exchange() - COMPUTE / 2, within(1e-6));
  }

  @Test
  void aRunNeedsRoundsToMeasure() throws IOException {
    RunPlan plan = plan();
    assertThatThrownBy(() -> RoundFigures.of(plan, List.of()))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith(
            "Cannot tell how fast the measured run was: its metrics.jsonl has 0");
  }
}
