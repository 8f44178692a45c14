package parrot.benchmarks.suite;

import static parrot.benchmarks.report.Table.column;

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

/** One workload, ours and its peers in turn. */
public record PeerComparison(Workload workload) implements Benchmark {
  /** Each takes half a minute. */
  private static final int ANSWER_STEPS = 3;

  private static final Table.Column<Series> SIDE =
      column("side", one -> one.request().engine().title());
  private static final Table.Column<Series> PEAK = column("peak GiB", Series::peakGib);
  private static final Table.Column<Series> FAULTS = column("faults/step", Series::faults);

  @Override
  public String id() {
    return workload.id();
  }

  @Override
  public String summary() {
    return workload.summary();
  }

  @Override
  public int defaultSteps() {
    return workload == Workload.ANSWER ? ANSWER_STEPS : Benchmark.super.defaultSteps();
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
      case ANSWER -> perSecond("questions", series, standing);
      case ENCODE -> perSecond("images", series, standing);
    };
  }

  private Table training(List<Series> series, Standing standing) {
    int tokens = Batches.rows(workload.config(), series.get(0).request().batch());
    return Table.of(
        series,
        SIDE,
        column("best s", Series::best),
        column("median s", Series::median),
        column("tokens/s", one -> tokens / one.median()),
        column("share of limit", standing::shareOfLimit),
        PEAK,
        FAULTS,
        column("first loss", PeerComparison::loss));
  }

  /** In more digits than other numbers. */
  private static String loss(Series series) {
    double[] outputs = series.fromStart().get(0).outputs();
    return outputs.length == 0 ? "-" : String.format(Locale.ROOT, "%.5f", outputs[0]);
  }

  private static Table generating(List<Series> series, Standing standing) {
    return Table.of(
        series,
        SIDE,
        column("best prompt s", one -> one.smallestExtra(Decoding.PROMPT)),
        column("median prompt s", one -> one.extra(Decoding.PROMPT)),
        column("best tokens/s", one -> 1 / (isLimit(one) ? standing.limit() : one.best())),
        column("median tokens/s", one -> isLimit(one) ? Double.NaN : 1 / one.median()),
        column("share of limit", one -> isLimit(one) ? 1 : standing.shareOfLimit(one)),
        PEAK,
        FAULTS);
  }

  private static boolean isLimit(Series series) {
    return series.request().engine().isLimit();
  }

  private static Table perSecond(String units, List<Series> series, Standing standing) {
    return Table.of(
        series,
        SIDE,
        column("best " + units + "/s", one -> 1 / one.best()),
        column("median " + units + "/s", one -> 1 / one.median()),
        column("share of limit", standing::shareOfLimit),
        PEAK,
        FAULTS);
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
