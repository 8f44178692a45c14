package parrot.benchmarks.suite;

import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import parrot.benchmarks.measure.ProgressLog;
import parrot.benchmarks.process.Child;
import parrot.benchmarks.process.ProcessFacts;
import parrot.benchmarks.process.Surroundings;
import parrot.benchmarks.report.Result;
import parrot.benchmarks.report.Table;
import parrot.benchmarks.report.Target;
import parrot.benchmarks.report.Target.Bound;
import parrot.benchmarks.side.Engine;
import parrot.benchmarks.side.SideRequest;
import parrot.benchmarks.workload.ModelStore;
import parrot.benchmarks.workload.WeightBytes;
import parrot.benchmarks.workload.Workload;

/**
 * A process that opens a model, beside {@code cat} of the files of its weights; and the memory of
 * two such processes, beside one's. A process on a model of a few thousand parameters shows what
 * the start of Java and libraries takes, whatever the model.
 */
final class Loading implements Benchmark {
  private static final int MOST_COLD = 3;
  private static final double GIB = 1L << 30;

  /** Seconds of each turn. */
  private record Turns(double[] cat, double[] ready) {
    static Turns of(int count) {
      return new Turns(new double[count], new double[count]);
    }

    /** Best ready time over best reading time, a constant left out of the first. */
    double ratio(double without) {
      return (best(ready) - without) / best(cat);
    }
  }

  @Override
  public String id() {
    return "load";
  }

  @Override
  public String summary() {
    return "Opening a model in bfloat16 beside reading its files; memory of two processes that do.";
  }

  @Override
  public boolean takesModel() {
    return true;
  }

  @Override
  public Result run(Options options, ProgressLog progress) throws IOException {
    SideRequest request = request(options, progress);
    SideRequest tiny =
        at(request, new ModelStore(options.models()).folder(Workload.TINY).toString());
    WeightBytes files = WeightBytes.in(request.folder());
    progress.say("warm: %.1f GiB", files.count() / GIB);
    files.read();
    ready(tiny, options);
    Turns warm = Turns.of(options.steps());
    double[] starts = new double[options.steps()];
    for (int turn = 0; turn < options.steps(); turn++) {
      starts[turn] = ready(tiny, options);
      warm.cat[turn] = files.read();
      warm.ready[turn] = ready(request, options);
    }
    double[] memory = memory(request, options);
    Optional<Turns> cold = cold(request, files, options, progress);
    return result(request, files, best(starts), warm, cold, memory);
  }

  private static SideRequest request(Options options, ProgressLog progress) throws IOException {
    if (options.model() == null) {
      return SideRequests.request(Engine.OURS, Workload.GENERATE, options, progress);
    }
    String folder = options.model().toAbsolutePath().toString();
    return new SideRequest(
        Engine.OURS, Workload.GENERATE, folder, options.precision(), options.threads(), 1, 1);
  }

  private static SideRequest at(SideRequest request, String folder) {
    return new SideRequest(
        request.engine(),
        request.workload(),
        folder,
        request.precision(),
        request.threads(),
        request.samples(),
        request.tokens());
  }

  /** Turns without the files in the machine's memory; empty if they can't be taken out of it. */
  private static Optional<Turns> cold(
      SideRequest request, WeightBytes files, Options options, ProgressLog progress)
      throws IOException {
    if (!files.forget()) {
      progress.say("cold: left out, the page cache can't be emptied here");
      return Optional.empty();
    }
    Turns cold = Turns.of(Math.min(MOST_COLD, options.steps()));
    for (int turn = 0; turn < cold.cat.length; turn++) {
      progress.say("cold: turn %d of %d", turn + 1, cold.cat.length);
      files.forget();
      cold.cat[turn] = files.read();
      files.forget();
      cold.ready[turn] = ready(request, options);
    }
    return Optional.of(cold);
  }

  /** Seconds from the start of a process until it can answer. */
  private static double ready(SideRequest request, Options options) {
    long start = System.nanoTime();
    try (Child child = Child.start(SideProcess.class, request, options.logs())) {
      child.awaitReady();
      return (System.nanoTime() - start) / 1e9;
    }
  }

  /** Bytes of one process, and of two at a time, where pages that both have count once. */
  private static double[] memory(SideRequest request, Options options) {
    try (Child first = Child.start(SideProcess.class, request, options.logs())) {
      first.awaitReady();
      long one = ProcessFacts.proportionalBytes(first.pid());
      try (Child second = Child.start(SideProcess.class, request, options.logs())) {
        second.awaitReady();
        long two =
            ProcessFacts.proportionalBytes(first.pid())
                + ProcessFacts.proportionalBytes(second.pid());
        return new double[] {one, two};
      }
    }
  }

  private Result result(
      SideRequest request,
      WeightBytes files,
      double start,
      Turns warm,
      Optional<Turns> cold,
      double[] memory) {
    Table table = new Table("files", "GiB", "cat s", "ready s", "without start s", "over cat");
    Map<String, double[]> seconds = new LinkedHashMap<>();
    add(table, seconds, "warm", files, start, warm);
    cold.ifPresent(turns -> add(table, seconds, "cold", files, start, turns));
    Map<String, String> settings = new TreeMap<>(Surroundings.of(request));
    settings.put("threads", Integer.toString(request.threads()));
    settings.put("precision", request.precision());
    return new Result(
        id(),
        summary(),
        table,
        List.of(
            within("ready, warm, without the start", warm.ratio(start), 1.3),
            within(
                "ready, cold, without the start",
                cold.map(turns -> turns.ratio(start)).orElse(Double.NaN),
                1.3),
            new Target(
                "memory of two processes over one's",
                memory[1] / memory[0],
                Bound.FEWER_THAN,
                1.2)),
        List.of(
            String.format(
                Locale.ROOT,
                "Seconds are the best of all turns. The start is %.2f s, of a process that opens a"
                    + " model of a few thousand parameters; with it, ready is %.2f times cat, warm.",
                start,
                warm.ratio(0)),
            "Cold files were taken out of the page cache (posix_fadvise, by dd iflag=nocache); what"
                + " lies below it, such as the host of a virtual machine, may still hold them.",
            String.format(
                Locale.ROOT,
                "Memory is %.2f GiB with one process and %.2f with two (PSS: a page counts once,"
                    + " however many have it).",
                memory[0] / GIB,
                memory[1] / GIB)),
        Map.of(request.engine().title(), settings),
        seconds);
  }

  private static void add(
      Table table,
      Map<String, double[]> seconds,
      String cache,
      WeightBytes files,
      double start,
      Turns turns) {
    table.add(
        cache,
        files.count() / GIB,
        best(turns.cat),
        best(turns.ready),
        best(turns.ready) - start,
        turns.ratio(start));
    seconds.put("cat, " + cache, turns.cat);
    seconds.put("ready, " + cache, turns.ready);
  }

  private static Target within(String what, double ratio, double limit) {
    return new Target(what + ", over cat", ratio, Bound.AT_MOST, limit);
  }

  private static double best(double[] seconds) {
    return Arrays.stream(seconds).min().orElse(Double.NaN);
  }
}
