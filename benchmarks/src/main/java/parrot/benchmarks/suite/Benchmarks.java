package parrot.benchmarks.suite;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import parrot.benchmarks.workload.Workload;

/** Every benchmark there is. */
public final class Benchmarks {
  private Benchmarks() {}

  /** In the order of the documentation. */
  public static List<Benchmark> all() {
    List<Benchmark> all = new ArrayList<>();
    Arrays.stream(Workload.values())
        .filter(workload -> workload != Workload.TINY)
        .map(PeerComparison::new)
        .forEach(all::add);
    all.addAll(
        List.of(
            new Loading(),
            new Scaling(),
            new Steady(),
            new KernelSuite(),
            new PrecisionCurves(),
            new AveragingQuality(),
            new RoundOverhead(),
            new ServeLoad(),
            new Preprocessing()));
    return all;
  }
}
