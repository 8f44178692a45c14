package parrot.benchmarks.measure;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import parrot.benchmarks.process.GcLog;
import parrot.benchmarks.process.Reply;
import parrot.benchmarks.side.SideRequest;

/** What one side replied. */
public final class Series {
  private static final double GIB = 1L << 30;

  private final SideRequest request;
  private final List<Reply> first = new ArrayList<>();
  private final List<Reply> measured = new ArrayList<>();
  private final List<GcLog.Pause> pauses = new ArrayList<>();

  public Series(SideRequest request) {
    this.request = request;
  }

  /**
   * @param warmup whether the step does not count
   */
  void add(Reply reply, boolean warmup, boolean firstTurn) {
    if (firstTurn) {
      first.add(reply);
    }
    if (!warmup) {
      measured.add(reply);
    }
  }

  void addPauses(List<GcLog.Pause> found) {
    pauses.addAll(found);
  }

  public SideRequest request() {
    return request;
  }

  /** The steps from the untrained weights on, warm-up included. */
  public List<Reply> fromStart() {
    return List.copyOf(first);
  }

  /** The steps that count. */
  public List<Reply> measured() {
    return List.copyOf(measured);
  }

  /** Pauses of the garbage collector over the whole life. */
  public List<GcLog.Pause> pauses() {
    return List.copyOf(pauses);
  }

  /** Seconds of the workload's unit, the fastest. */
  public double best() {
    return Arrays.stream(seconds()).min().orElse(Double.NaN);
  }

  /** Seconds of a whole step, the fastest. */
  public double bestStep() {
    return measured.stream().mapToDouble(Reply::seconds).min().orElse(Double.NaN);
  }

  /** Seconds of the workload's unit, the median. */
  public double median() {
    return median(seconds());
  }

  /** Minor page faults of a step, the median. */
  public double faults() {
    return medianOf(Reply::faults);
  }

  /** Largest resident memory, in bytes. */
  public long peakBytes() {
    return measured.stream().mapToLong(Reply::peakBytes).max().orElse(0);
  }

  /** Largest resident memory, in GiB. */
  public double peakGib() {
    return peakBytes() / GIB;
  }

  /** An extra, the median; NaN if there is none. */
  public double extra(String name) {
    return medianOf(reply -> reply.extras().getOrDefault(name, Double.NaN));
  }

  /** An extra, the smallest; NaN if there is none. */
  public double smallestExtra(String name) {
    return measured.stream()
        .mapToDouble(reply -> reply.extras().getOrDefault(name, Double.NaN))
        .min()
        .orElse(Double.NaN);
  }

  private double medianOf(ToDoubleFunction<Reply> value) {
    return median(measured.stream().mapToDouble(value).toArray());
  }

  /** Seconds of the workload's unit, of every step that counts. */
  public double[] seconds() {
    return measured.stream().mapToDouble(this::seconds).toArray();
  }

  private double seconds(Reply reply) {
    return request.workload().seconds(reply.seconds(), reply.extras());
  }

  static double median(double[] values) {
    if (values.length == 0) {
      return Double.NaN;
    }
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
