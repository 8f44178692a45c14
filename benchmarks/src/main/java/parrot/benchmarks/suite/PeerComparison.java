package parrot.benchmarks.suite;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import parrot.benchmarks.limit.ProductsSide;
import parrot.benchmarks.measure.ProgressLog;
import parrot.benchmarks.measure.Series;
import parrot.benchmarks.report.Result;
import parrot.benchmarks.report.Table;
import parrot.benchmarks.side.Engine;
import parrot.benchmarks.side.SideRequest;
import parrot.benchmarks.workload.Batches;
import parrot.benchmarks.workload.Decoding;
import parrot.benchmarks.workload.Workload;
import parrot.model.config.ParrotConfig;

/** One workload, ours and its peers by turns. */
public record PeerComparison(Workload workload) implements Benchmark {
  private static final double GIBIBYTE = 1L << 30;

  @Override
  public String id() {
    return workload.id();
  }

  @Override
  public String summary() {
    return workload.summary();
  }

  @Override
  public Result run(Options options, ProgressLog progress) throws IOException {
    List<SideRequest> requests = new ArrayList<>();
    for (Engine engine : SideRequests.engines(workload)) {
      if (options.sides().isEmpty() || options.sides().contains(engine)) {
        requests.add(SideRequests.request(engine, workload, options, progress));
      }
    }
    List<Series> series = SideRequests.alternation(options, progress).run(requests);
    Standing standing = new Standing(workload, series, options.precision());
    List<String> notes = notes(series);
    notes.addAll(standing.ratios());
    return new Result(
        id(),
        summary(),
        table(series, standing),
        options.sides().isEmpty() ? standing.targets() : List.of(),
        notes,
        SideRequests.settings(series),
        SideRequests.seconds(series));
  }

  private Table table(List<Series> series, Standing standing) {
    return switch (workload.kind()) {
      case TRAIN -> training(series, standing);
      case GENERATE -> generating(series, standing);
      case ENCODE -> encoding(series, standing);
    };
  }

  private Table training(List<Series> series, Standing standing) {
    Table table =
        new Table(
            "side",
            "best s",
            "median s",
            "tokens/s",
            "share of limit",
            "peak GiB",
            "faults/step",
            "first loss");
    ParrotConfig config = workload.config();
    int tokens = Batches.rows(config, series.get(0).request().batch());
    for (Series one : series) {
      table.add(
          one.request().engine().title(),
          one.best(),
          one.median(),
          tokens / one.median(),
          standing.shareOfLimit(one),
          one.peakBytes() / GIBIBYTE,
          one.faults(),
          loss(one));
    }
    return table;
  }

  /** In more digits than other numbers. */
  private static String loss(Series series) {
    double[] outputs = series.fromStart().get(0).outputs();
    return outputs.length == 0 ? "-" : String.format(Locale.ROOT, "%.5f", outputs[0]);
  }

  private Table generating(List<Series> series, Standing standing) {
    Table table =
        new Table(
            "side",
            "best prompt s",
            "median prompt s",
            "best tokens/s",
            "median tokens/s",
            "share of limit",
            "peak GiB",
            "faults/step");
    for (Series one : series) {
      boolean limit = one.request().engine().isLimit();
      table.add(
          one.request().engine().title(),
          limit ? Double.NaN : one.smallestExtra(Decoding.PROMPT),
          limit ? Double.NaN : one.extra(Decoding.PROMPT),
          limit ? 1 / standing.limit() : 1 / one.best(),
          limit ? Double.NaN : 1 / one.median(),
          limit ? 1 : standing.shareOfLimit(one),
          one.peakBytes() / GIBIBYTE,
          one.faults());
    }
    return table;
  }

  private Table encoding(List<Series> series, Standing standing) {
    Table table =
        new Table(
            "side",
            "best images/s",
            "median images/s",
            "share of limit",
            "peak GiB",
            "faults/step");
    for (Series one : series) {
      table.add(
          one.request().engine().title(),
          1 / one.best(),
          1 / one.median(),
          standing.shareOfLimit(one),
          one.peakBytes() / GIBIBYTE,
          one.faults());
    }
    return table;
  }

  private List<String> notes(List<Series> series) {
    List<String> notes = new ArrayList<>();
    for (Series one : series) {
      if (one.request().engine() == Engine.PRODUCTS) {
        double operations = one.extra(ProductsSide.OPERATIONS);
        notes.add(
            String.format(
                Locale.ROOT,
                "The products of a step are %.0f GFLOP and run at %.0f GFLOPS alone.",
                operations / 1e9,
                operations / 1e9 / one.bestStep()));
      }
    }
    return notes;
  }
}
