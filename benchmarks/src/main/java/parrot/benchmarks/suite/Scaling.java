package parrot.benchmarks.suite;

import static parrot.benchmarks.report.Table.column;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import parrot.benchmarks.measure.Alternation;
import parrot.benchmarks.measure.ProgressLog;
import parrot.benchmarks.measure.Series;
import parrot.benchmarks.report.Result;
import parrot.benchmarks.report.Table;
import parrot.benchmarks.report.Target;
import parrot.benchmarks.report.Target.Bound;
import parrot.benchmarks.side.Engine;
import parrot.benchmarks.side.SideRequest;
import parrot.benchmarks.workload.Workload;

/**
 * Ours beside itself: sample lengths and threads. What attention adds as samples grow is told from
 * the rest by cutting the same number of tokens into samples of the shortest length: everything but
 * attention does the same work on both.
 */
final class Scaling implements Benchmark {
  private static final int SHORTEST = 256;
  private static final int[] TOKENS = {SHORTEST, 512, 1024, 2048, 4096};
  private static final int FEW = 16;
  private static final int THREADED = 1024;

  /** A sample of so many tokens. */
  private record Point(int tokens, Series whole, Series cut) {
    double secondsPerToken() {
      return cut.best() / tokens;
    }
  }

  @Override
  public String id() {
    return "scaling";
  }

  @Override
  public String summary() {
    return "The decoder's step for 256 to 4096 tokens, and for one thread and several.";
  }

  @Override
  public Result run(Options options, ProgressLog progress) throws IOException {
    SideRequest usual = SideRequests.request(Engine.OURS, Workload.DECODER, options, progress);
    Alternation alternation = SideRequests.alternation(options, progress);
    // Weights are cleared, updated and rounded however few tokens there are.
    double update = alternation.run(List.of(with(usual, 1, FEW))).get(0).best();
    List<Point> points = new ArrayList<>();
    for (int tokens : TOKENS) {
      progress.say("%d tokens", tokens);
      Series whole = alternation.run(List.of(with(usual, 1, tokens))).get(0);
      SideRequest pieces = with(usual, tokens / SHORTEST, SHORTEST);
      Series cut = tokens == SHORTEST ? whole : alternation.run(List.of(pieces)).get(0);
      points.add(new Point(tokens, whole, cut));
    }
    List<Target> targets = new ArrayList<>(targets(points));
    List<String> notes = new ArrayList<>(notes(points, update));
    if (options.threads() > 1) {
      progress.say("threads");
      SideRequest several = with(usual, 1, THREADED);
      List<Series> both = alternation.run(List.of(several, with(several, 1)));
      targets.add(
          new Target(
              options.threads() + " threads over one, times as fast",
              both.get(1).best() / both.get(0).best(),
              Bound.AT_LEAST,
              1.8 * options.threads() / 2));
    } else {
      notes.add("One thread alone was asked for or is there, so nothing is said about several.");
    }
    Map<String, double[]> seconds = new TreeMap<>();
    for (Point point : points) {
      seconds.put(point.tokens + " tokens", point.whole.seconds());
      seconds.put(point.tokens + " tokens, cut", point.cut.seconds());
    }
    return new Result(
        id(),
        summary(),
        table(points, update),
        targets,
        notes,
        SideRequests.settings(List.of(points.get(0).whole)),
        seconds);
  }

  private static Table table(List<Point> points, double update) {
    return Table.of(
        points,
        column("tokens", Point::tokens),
        column("best s", point -> point.whole.best()),
        column("median s", point -> point.whole.median()),
        column("ms/token", point -> 1e3 * point.whole.best() / point.tokens),
        column(
            "share of longer attention",
            point -> Math.max(0, 1 - point.cut.best() / point.whole.best())),
        column("ms/token without it", point -> 1e3 * point.secondsPerToken()),
        column("and without the update", point -> 1e3 * (point.cut.best() - update) / point.tokens),
        column("peak GiB", point -> point.whole.peakGib()),
        column("faults/step", point -> point.whole.faults()));
  }

  private static List<Target> targets(List<Point> points) {
    double[] seconds =
        points.stream()
            .filter(point -> point.tokens > SHORTEST)
            .mapToDouble(Point::secondsPerToken)
            .toArray();
    double[] tokens = points.stream().mapToDouble(Point::tokens).toArray();
    double[] bytes = points.stream().mapToDouble(point -> point.whole.peakBytes()).toArray();
    return List.of(
        new Target(
            "spread of seconds per token without attention's share, 512 to 4096 tokens",
            Lines.spread(seconds),
            Bound.AT_MOST,
            0.15),
        new Target(
            "largest distance of peak memory from a straight line over tokens, as a share",
            Lines.deviation(tokens, bytes),
            Bound.AT_MOST,
            0.1));
  }

  private static List<String> notes(List<Point> points, double update) {
    double[] without =
        points.stream()
            .filter(point -> point.tokens > SHORTEST)
            .mapToDouble(point -> (point.cut.best() - update) / point.tokens)
            .toArray();
    return List.of(
        String.format(
            Locale.ROOT,
            "Attention's share is what a sample takes more than the same tokens in samples of %d.",
            SHORTEST),
        String.format(
            Locale.ROOT,
            "A step on %d tokens, nearly all of it the update of the weights, takes %.3f s; without"
                + " it the spread of seconds per token is %.3f.",
            FEW,
            update,
            Lines.spread(without)));
  }

  private static SideRequest with(SideRequest request, int samples, int tokens) {
    return new SideRequest(
        request.engine(),
        request.workload(),
        request.folder(),
        request.precision(),
        request.threads(),
        samples,
        tokens);
  }

  private static SideRequest with(SideRequest request, int threads) {
    return new SideRequest(
        request.engine(),
        request.workload(),
        request.folder(),
        request.precision(),
        threads,
        request.samples(),
        request.tokens());
  }
}
