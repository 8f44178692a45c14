package parrot.benchmarks.suite;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import parrot.benchmarks.measure.ProgressLog;
import parrot.benchmarks.report.Result;
import parrot.benchmarks.report.Table;
import parrot.benchmarks.report.Target;
import parrot.benchmarks.report.Target.Bound;

/** Whether bf16 learns as float32 does: losses of the quickstart's second stage, three seeds. */
final class PrecisionCurves implements Benchmark {
  private static final int STEPS = 200;
  private static final int POINTS = 10;
  private static final int SEEDS = 3;

  @Override
  public String id() {
    return "precision";
  }

  @Override
  public String summary() {
    return "Loss over 200 steps of the quickstart's second stage, bf16 beside f32, three seeds.";
  }

  @Override
  public int defaultSteps() {
    return STEPS;
  }

  @Override
  public Result run(Options options, ProgressLog progress) throws IOException {
    ShapesRuns runs = new ShapesRuns(options.models(), options.logs(), progress);
    double[][] exact = new double[SEEDS][];
    double[][] rounded = new double[SEEDS][];
    for (int seed = 0; seed < SEEDS; seed++) {
      exact[seed] = curve(runs, "f32", seed + 1, options.steps());
      rounded[seed] = curve(runs, "bf16", seed + 1, options.steps());
    }
    Table table =
        new Table(
            "steps",
            "f32, seed 1",
            "seed 2",
            "seed 3",
            "bf16, seed 1",
            "seed 2 ",
            "seed 3 ",
            "mean difference",
            "spread of f32");
    double worst = 0;
    for (int point = 0; point < POINTS; point++) {
      double[] f32 = at(exact, point);
      double[] bf16 = at(rounded, point);
      double difference =
          Arrays.stream(bf16).average().orElseThrow() - Arrays.stream(f32).average().orElseThrow();
      double spread =
          Arrays.stream(f32).max().orElseThrow() - Arrays.stream(f32).min().orElseThrow();
      worst = Math.max(worst, Math.abs(difference) / spread);
      table.add(
          (point + 1) * options.steps() / POINTS,
          f32[0],
          f32[1],
          f32[2],
          bf16[0],
          bf16[1],
          bf16[2],
          difference,
          spread);
    }
    return new Result(
        id(),
        summary(),
        table,
        List.of(
            new Target(
                "largest difference of the mean losses over the spread of float32's seeds",
                worst,
                Bound.AT_MOST,
                1)),
        List.of(
            "Losses are means over the steps since the line above; one replica, batches of 16."),
        Map.of(),
        Map.of());
  }

  private static double[] at(double[][] curves, int point) {
    return Arrays.stream(curves).mapToDouble(curve -> curve[point]).toArray();
  }

  private static double[] curve(ShapesRuns runs, String precision, int seed, int steps)
      throws IOException {
    List<JsonNode> lines =
        runs.train(
            precision + "-" + seed,
            List.of(
                "kernels.precision=" + precision,
                "seed=" + seed,
                "replicas=1",
                "max_steps=" + steps,
                "average_every=" + steps / POINTS));
    List<Double> losses = new ArrayList<>();
    lines.stream()
        .filter(line -> line.has("loss"))
        .forEach(line -> losses.add(line.path("loss").asDouble()));
    return losses.stream().mapToDouble(loss -> loss).toArray();
  }
}
