package parrot.benchmarks.suite;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import parrot.benchmarks.limit.Bandwidth;
import parrot.benchmarks.measure.Series;
import parrot.benchmarks.report.Target;
import parrot.benchmarks.report.Target.Bound;
import parrot.benchmarks.side.Engine;
import parrot.benchmarks.workload.Workload;
import parrot.model.config.ParrotConfig;
import parrot.model.weights.TensorNames;
import parrot.model.weights.TensorSpec;

/** Where ours stands beside libtorch and the limit. */
final class Standing {
  private static final long GIBIBYTE = 1L << 30;

  private final Workload workload;
  private final List<Series> series;
  private final String precision;

  Standing(Workload workload, List<Series> series, String precision) {
    this.workload = workload;
    this.series = series;
    this.precision = precision;
  }

  /** Seconds that the workload's unit takes at least; NaN where it was not measured. */
  double limit() {
    if (workload.kind() == Workload.Kind.GENERATE) {
      return of(Engine.BANDWIDTH).map(one -> weightBytes() / fastestCopy(one)).orElse(Double.NaN);
    }
    return of(Engine.PRODUCTS).map(Series::best).orElse(Double.NaN);
  }

  private static double fastestCopy(Series bandwidth) {
    return bandwidth.measured().stream()
        .mapToDouble(reply -> reply.extras().get(Bandwidth.BYTES_PER_SECOND))
        .max()
        .orElse(Double.NaN);
  }

  /** Weights that one token has to read: of an embedding that is not the head only a row. */
  private double weightBytes() {
    ParrotConfig config = workload.config();
    long values = 0;
    for (TensorSpec spec : TensorNames.decoder(config)) {
      boolean table = spec.name().equals(TensorNames.EMBEDDING) && !config.tieWordEmbeddings();
      values += table ? config.hiddenSize() : spec.elements();
    }
    return values * (precision.equals("bf16") ? 2.0 : 4.0);
  }

  double shareOfLimit(Series one) {
    return limit() / one.best();
  }

  /** Both ratios to every peer, for reading. */
  List<String> ratios() {
    List<String> lines = new ArrayList<>();
    Optional<Series> ours = of(Engine.OURS);
    for (Series peer : series) {
      if (ours.isPresent() && peer != ours.get() && peer.request().engine() != Engine.BANDWIDTH) {
        lines.add(
            String.format(
                Locale.ROOT,
                "Time of ours over %s: %.3f (best), %.3f (median).",
                peer.request().engine().title(),
                ours.get().best() / peer.best(),
                ours.get().median() / peer.median()));
      }
    }
    return lines;
  }

  /** What the workload is to reach. */
  List<Target> targets() {
    double best = ours(Series::best);
    double median = ours(Series::median);
    // Where libtorch has variants, the fastest of them counts, and of each its fastest step.
    double torchBest = torch(Series::best);
    double torchMedian = torch(Series::median);
    return switch (workload) {
      case DECODER ->
          List.of(
              new Target(
                  "time over libtorch's best variant", best / torchBest, Bound.AT_MOST, 0.85),
              new Target(
                  "time over the oneDNN products alone", best / limit(), Bound.AT_MOST, 1.35));
      case INSTRUCT -> List.of(faster(torchMedian / median, 3));
      case REAL_SIZE ->
          List.of(
              faster(torchMedian / median, 1.5),
              new Target(
                  "peak memory of ours in GiB",
                  ours(one -> (double) one.peakBytes() / GIBIBYTE),
                  Bound.AT_MOST,
                  20));
      case ALIGN -> List.of(faster(torchMedian / median, 2));
      case GENERATE ->
          List.of(
              new Target("tokens per second over the limit", limit() / best, Bound.AT_LEAST, 0.7),
              new Target(
                  "tokens per second over libtorch's best variant",
                  torchBest / best,
                  Bound.MORE_THAN,
                  1));
      case ENCODE ->
          List.of(
              new Target(
                  "images per second over libtorch's best variant",
                  torchBest / best,
                  Bound.AT_LEAST,
                  1.1));
      case TINY -> List.of();
    };
  }

  private static Target faster(double factor, double demanded) {
    return new Target("times as fast as libtorch", factor, Bound.AT_LEAST, demanded);
  }

  private double ours(ToDoubleFunction<Series> value) {
    return of(Engine.OURS).stream().mapToDouble(value).findFirst().orElse(Double.NaN);
  }

  private double torch(ToDoubleFunction<Series> value) {
    return series.stream()
        .filter(one -> one.request().engine().isTorch())
        .min(Comparator.comparingDouble(value))
        .map(one -> value.applyAsDouble(one))
        .orElse(Double.NaN);
  }

  private Optional<Series> of(Engine engine) {
    return series.stream().filter(one -> one.request().engine() == engine).findFirst();
  }
}
