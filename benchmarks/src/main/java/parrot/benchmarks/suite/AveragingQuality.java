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

/** What averaging costs in quality: the quickstart's second stage at equal examples. */
final class AveragingQuality implements Benchmark {
  private static final int SEEDS = 3;

  /** Steps of each of two replicas. */
  private static final int STEPS = 192;

  private static final String NESTEROV = "Nesterov, H ";

  private record Way(String name, List<String> settings) {
    static Way of(String name, String... settings) {
      return new Way(name, List.of(settings));
    }
  }

  private static List<Way> ways() {
    List<Way> ways = new ArrayList<>();
    ways.add(Way.of("one replica", "replicas=1", "average_every=16"));
    ways.add(Way.of("synchronous", "replicas=2", "average_every=1"));
    for (int every : new int[] {4, 16, 64}) {
      ways.add(Way.of("average, H " + every, "replicas=2", "average_every=" + every));
    }
    for (int every : new int[] {4, 16, 64}) {
      ways.add(nesterov(every, 0.7, 0.9));
    }
    ways.add(nesterov(16, 0.7, 0.5));
    for (int every : new int[] {4, 16, 64}) {
      ways.add(nesterov(every, 0.5, 0.5));
    }
    for (String format : List.of("bf16", "int8", "int4")) {
      ways.add(
          Way.of(
              "average, H 16, " + format, "replicas=2", "average_every=16", "exchange=" + format));
    }
    return ways;
  }

  private static Way nesterov(int every, double rate, double momentum) {
    return Way.of(
        NESTEROV + every + ", " + rate + " and " + momentum,
        "replicas=2",
        "average_every=" + every,
        "outer.learning_rate=" + rate,
        "outer.momentum=" + momentum);
  }

  @Override
  public String id() {
    return "averaging";
  }

  @Override
  public String summary() {
    return "Held-out loss and accuracy of the quickstart's second stage after equal examples.";
  }

  @Override
  public int defaultSteps() {
    return STEPS;
  }

  @Override
  public Result run(Options options, ProgressLog progress) throws IOException {
    ShapesRuns runs = new ShapesRuns(options.models(), options.logs(), progress);
    Table table = new Table("way", "loss", "± loss", "accuracy", "± accuracy", "over synchronous");
    double synchronous = Double.NaN;
    double nesterov = Double.POSITIVE_INFINITY;
    for (Way way : ways()) {
      double[] losses = new double[SEEDS];
      double[] accuracies = new double[SEEDS];
      for (int seed = 1; seed <= SEEDS; seed++) {
        String name = way.name().replaceAll("[, ]+", "-") + "-" + seed;
        List<String> settings = new ArrayList<>(way.settings());
        settings.addAll(
            List.of(
                "seed=" + seed,
                "kernels.threads=1",
                "kernels.precision=bf16",
                "max_examples=" + 2 * 16 * options.steps()));
        List<JsonNode> lines = runs.train(name, settings);
        losses[seed - 1] =
            lines.get(lines.size() - 1).path("held_out").path("loss").asDouble(Double.NaN);
        accuracies[seed - 1] = runs.accuracy(name);
      }
      double loss = mean(losses);
      synchronous = way.name().equals("synchronous") ? loss : synchronous;
      nesterov = way.name().startsWith(NESTEROV + 16) ? Math.min(loss, nesterov) : nesterov;
      table.add(
          way.name(), loss, half(losses), mean(accuracies), half(accuracies), loss / synchronous);
    }
    return new Result(
        id(),
        summary(),
        table,
        List.of(
            new Target(
                "loss of the best Nesterov at H 16 over the synchronous one",
                nesterov / synchronous,
                Bound.AT_MOST,
                1.02)),
        List.of(
            "Means over three seeds of order and fresh experts; ± is half the distance from smallest to largest.",
            "Two replicas with batches of 16 unless the row says otherwise. Nesterov's numbers are"
                + " rate and momentum of the outer step."),
        Map.of(),
        Map.of());
  }

  private static double mean(double[] values) {
    return Arrays.stream(values).average().orElseThrow();
  }

  private static double half(double[] values) {
    return (Arrays.stream(values).max().orElseThrow() - Arrays.stream(values).min().orElseThrow())
        / 2;
  }
}
