package parrot.benchmarks.suite;

import java.util.ArrayList;
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

/** How ours compares with libtorch and with the limit. */
final class Standing {
  private final Workload workload;
  private final List<Series> series;
  private final String precision;

  Standing(Workload workload, List<Series> series, String precision) {
    this.workload = workload;
    this.series = series;
    this.precision = precision;
  }

  /** Seconds that the workload's unit takes at least; NaN if that was not measured. */
  double limit() {
    if (workload.kind() == Workload.Kind.GENERATE) {
      return limitAlone() / workload.together();
    }
    return of(Engine.PRODUCTS).map(Series::best).orElse(Double.NaN);
  }

  /** Seconds that a token takes at least if nothing else is generated at the same time. */
  private double limitAlone() {
    return of(Engine.BANDWIDTH).map(one -> weightBytes() / fastestCopy(one)).orElse(Double.NaN);
  }

  private static double fastestCopy(Series bandwidth) {
    return bandwidth.measured().stream()
        .mapToDouble(reply -> reply.extras().get(Bandwidth.BYTES_PER_SECOND))
        .max()
        .orElse(Double.NaN);
  }

  /** Bytes of the weights that a token reads; of an embedding that is not the head, one row. */
  private double weightBytes() {
    ParrotConfig config = workload.config();
    long values = 0;
    for (TensorSpec spec : TensorNames.decoder(config)) {
      boolean table =
          spec.name().equals(TensorNames.EMBEDDING) && !config.decoder().tieWordEmbeddings();
      values += table ? config.decoder().hiddenSize() : spec.elements();
    }
    return values * (precision.equals("bf16") ? 2.0 : 4.0);
  }

  double shareOfLimit(Series one) {
    return limit() / one.best();
  }

  /** The ratios to every peer, best over best and median over median. */
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

  /** What the workload must reach: a share of what the machine can do at best. */
  List<Target> targets() {
    return switch (workload) {
      case DECODER, ALIGN -> List.of(overProducts(1.15));
      case INSTRUCT, ENCODE -> List.of(overProducts(1.1));
      case REAL_SIZE ->
          List.of(
              overProducts(1.1),
              new Target("peak memory of ours in GiB", ours(Series::peakGib), Bound.AT_MOST, 20));
      case GENERATE ->
          List.of(
              new Target(
                  "tokens per second over the limit",
                  limit() / ours(Series::best),
                  Bound.AT_LEAST,
                  0.7),
              overTorch());
      case GENERATE_BATCH ->
          List.of(
              new Target(
                  "tokens per second over the limit of one answer at a time",
                  limitAlone() / ours(Series::best),
                  Bound.AT_LEAST,
                  4),
              overTorch());
      case ANSWER ->
          List.of(
              overProducts(1.2),
              new Target(
                  "questions per second over libtorch's",
                  fastestTorch() / ours(Series::best),
                  Bound.MORE_THAN,
                  1));
      case TINY -> List.of();
    };
  }

  private Target overTorch() {
    return new Target(
        "tokens per second over libtorch's best variant",
        fastestTorch() / ours(Series::best),
        Bound.MORE_THAN,
        1);
  }

  private Target overProducts(double limit) {
    return new Target(
        "time over the oneDNN products alone", ours(Series::best) / limit(), Bound.AT_MOST, limit);
  }

  private double ours(ToDoubleFunction<Series> value) {
    return of(Engine.OURS).stream().mapToDouble(value).findFirst().orElse(Double.NaN);
  }

  /** Of libtorch's variants, the fastest. */
  private double fastestTorch() {
    return series.stream()
        .filter(one -> one.request().engine().isTorch())
        .mapToDouble(Series::best)
        .min()
        .orElse(Double.NaN);
  }

  private Optional<Series> of(Engine engine) {
    return series.stream().filter(one -> one.request().engine() == engine).findFirst();
  }
}
