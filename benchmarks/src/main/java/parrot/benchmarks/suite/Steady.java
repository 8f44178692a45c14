package parrot.benchmarks.suite;

import java.io.IOException;
import java.util.List;
import parrot.benchmarks.measure.Alternation;
import parrot.benchmarks.measure.ProgressLog;
import parrot.benchmarks.measure.Series;
import parrot.benchmarks.process.GcLog;
import parrot.benchmarks.process.Reply;
import parrot.benchmarks.report.Result;
import parrot.benchmarks.report.Table;
import parrot.benchmarks.report.Target;
import parrot.benchmarks.report.Target.Bound;
import parrot.benchmarks.side.Engine;
import parrot.benchmarks.side.SideRequest;
import parrot.benchmarks.workload.Workload;

/** Many steps in a row: nothing grows, nothing stops. */
final class Steady implements Benchmark {
  private static final int STEPS = 100;

  @Override
  public String id() {
    return "steady";
  }

  @Override
  public String summary() {
    return "A hundred steps of instruct: page faults and pauses of the garbage collector.";
  }

  @Override
  public int defaultSteps() {
    return STEPS;
  }

  @Override
  public Result run(Options options, ProgressLog progress) throws IOException {
    SideRequest request = SideRequests.request(Engine.OURS, Workload.INSTRUCT, options, progress);
    Alternation alternation = SideRequests.alternation(options, progress);
    List<Series> series = alternation.run(List.of(request));
    Series ours = series.get(0);
    List<Reply> steps = ours.measured();
    double faults = steps.stream().mapToLong(Reply::faults).average().orElse(Double.NaN);
    double most = steps.stream().mapToLong(Reply::faults).max().orElse(0);
    Reply first = steps.get(0);
    double from = first.uptime() - first.seconds();
    double[] pauses =
        ours.pauses().stream()
            .filter(pause -> pause.uptime() >= from)
            .mapToDouble(GcLog.Pause::milliseconds)
            .sorted()
            .toArray();
    double longest = pauses.length == 0 ? 0 : pauses[pauses.length - 1];
    Table table =
        new Table(
            "side",
            "steps",
            "best s",
            "median s",
            "faults/step",
            "most faults",
            "pauses",
            "longest pause ms",
            "peak GiB");
    table.add(
        request.engine().title(),
        steps.size(),
        ours.best(),
        ours.median(),
        faults,
        most,
        pauses.length,
        longest,
        ours.peakGib());
    return new Result(
        id(),
        summary(),
        table,
        List.of(
            new Target("minor page faults of a step", faults, Bound.FEWER_THAN, 50),
            new Target("longest pause of the garbage collector in ms", longest, Bound.AT_MOST, 5)),
        List.of("Faults are the mean over the steps; pauses those while they ran."),
        SideRequests.settings(series),
        SideRequests.seconds(series));
  }
}
