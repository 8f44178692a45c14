package parrot.benchmarks.measure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import parrot.benchmarks.process.Child;
import parrot.benchmarks.process.Reply;
import parrot.benchmarks.side.SideRequest;

/**
 * Measures sides in one run: they take steps in turn (A B A B ...), so that what disturbs the
 * machine disturbs all of them. If they do not fit into memory together, they take turns as
 * processes instead, A, B, A, B, each started afresh.
 */
public final class Alternation {
  /** The share of free memory that sides may take. */
  private static final double USABLE = 0.85;

  private static final int TURNS = 2;

  private final Class<?> program;
  private final Path logs;
  private final ProgressLog progress;
  private final int warmup;
  private final int steps;
  private final boolean apart;

  /**
   * @param program of the children, see {@link Child#start}
   * @param logs folder of the sides' log files
   * @param warmup steps of each process that do not count
   * @param steps of each side that count
   * @param apart whether sides run one process at a time even if they would fit together
   */
  public Alternation(
      Class<?> program, Path logs, ProgressLog progress, int warmup, int steps, boolean apart) {
    this.program = program;
    this.logs = logs;
    this.progress = progress;
    this.warmup = warmup;
    this.steps = steps;
    this.apart = apart;
  }

  /**
   * Runs all sides.
   *
   * @param requests ours first
   * @throws Agreement.DisagreementException as soon as a side is seen to compute something else
   */
  public List<Series> run(List<SideRequest> requests) {
    List<Series> series = requests.stream().map(Series::new).toList();
    long needed = series.stream().mapToLong(one -> SideMemory.of(one.request())).sum();
    long available = availableBytes();
    if (series.size() == 1 || (!apart && needed <= USABLE * available)) {
      together(series, warmup, steps, true);
    } else {
      progress.say(
          "one process at a time: sides need about %d GiB together, %d are free",
          needed >> 30, available >> 30);
      for (int turn = 0; turn < TURNS; turn++) {
        int share = (steps + TURNS - 1 - turn) / TURNS; // the first turn has the larger one
        for (Series one : series) {
          together(List.of(one), warmup, share, turn == 0);
          check(series);
        }
      }
    }
    return series;
  }

  private void together(List<Series> series, int warmups, int counted, boolean firstTurn) {
    List<Child> children = new ArrayList<>();
    try {
      for (Series one : series) {
        progress.say("starting %s", one.request().engine().title());
        Child child = Child.start(program, one.request(), logs);
        children.add(child);
        // One after the other: reading weights is what needs most memory.
        child.awaitReady();
      }
      double[] last = new double[children.size()];
      for (int step = 0; step < warmups + counted; step++) {
        for (int i = 0; i < children.size(); i++) {
          Reply reply = children.get(i).step();
          last[i] = reply.seconds();
          series.get(i).add(reply, step < warmups, firstTurn);
          say(children, i, step, warmups, counted, last);
        }
        if (step == 0) {
          check(series);
        }
      }
      check(series);
    } finally {
      children.forEach(Child::close);
    }
    for (int i = 0; i < children.size(); i++) {
      series.get(i).addPauses(children.get(i).pauses());
    }
  }

  private void say(
      List<Child> children, int side, int step, int warmups, int counted, double[] last) {
    double left = 0;
    for (int i = 0; i < last.length; i++) {
      left += last[i] * (warmups + counted - step - (i <= side ? 1 : 0));
    }
    boolean warming = step < warmups;
    progress.say(
        "%-28s %s %d of %d: %.3f s; about %s left",
        children.get(side).request().engine().title(),
        warming ? "warm-up" : "step",
        warming ? step + 1 : step - warmups + 1,
        warming ? warmups : counted,
        last[side],
        ProgressLog.time(left));
  }

  private static void check(List<Series> series) {
    for (Series peer : series) {
      if (peer != series.get(0) && !series.get(0).fromStart().isEmpty()) {
        Agreement.check(series.get(0), peer);
      }
    }
  }

  private static long availableBytes() {
    try {
      return Files.readAllLines(Path.of("/proc/meminfo")).stream()
          .filter(line -> line.startsWith("MemAvailable:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) << 10)
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read /proc/meminfo", e);
    }
  }
}
