package parrot.benchmarks.suite;

import java.io.IOException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import parrot.benchmarks.kernels.KernelState;
import parrot.benchmarks.measure.ProgressLog;
import parrot.benchmarks.report.Result;
import parrot.benchmarks.report.Table;
import parrot.model.kernel.VectorApi;

/** Single kernels under JMH, at the shapes of the models. */
final class KernelSuite implements Benchmark {
  private static final TimeValue ITERATION = TimeValue.milliseconds(500);

  @Override
  public String id() {
    return "kernels";
  }

  @Override
  public String summary() {
    return "Single kernels under JMH at the shapes of these models, oneDNN's product beside ours.";
  }

  @Override
  public Result run(Options options, ProgressLog progress) throws IOException {
    progress.say("a few minutes; JMH forks a process for each line");
    Collection<RunResult> runs;
    try {
      runs =
          new Runner(
                  new OptionsBuilder()
                      .include("^parrot\\.benchmarks\\.kernels\\.")
                      .forks(1)
                      .warmupIterations(Math.max(1, options.warmup()))
                      .warmupTime(ITERATION)
                      .measurementIterations(options.steps())
                      .measurementTime(ITERATION)
                      .timeUnit(TimeUnit.MILLISECONDS)
                      .shouldFailOnError(true)
                      .verbosity(VerboseMode.SILENT)
                      .jvmArgsAppend(
                          "--add-modules=" + VectorApi.MODULE,
                          "-D" + KernelState.THREADS + "=" + options.threads())
                      .build())
              .run();
    } catch (RunnerException e) {
      throw new IOException("Cannot measure kernels: " + e.getMessage(), e);
    }
    Table table = new Table("kernel", "at", "ms", "± ms");
    Map<String, double[]> seconds = new LinkedHashMap<>();
    for (RunResult run : runs) {
      BenchmarkParams params = run.getParams();
      String name = params.getBenchmark().replaceFirst("^parrot\\.benchmarks\\.kernels\\.", "");
      Map<String, String> at = new TreeMap<>();
      params.getParamsKeys().forEach(key -> at.put(key, params.getParam(key)));
      double milliseconds = run.getPrimaryResult().getScore();
      String words = String.join(", ", at.values());
      table.add(name, words, milliseconds, run.getPrimaryResult().getScoreError());
      seconds.put(name + " " + words, new double[] {milliseconds / 1e3});
    }
    return new Result(
        id(),
        summary(),
        table,
        List.of(),
        List.of("Means over the iterations; ± is half of JMH's 99.9 % interval."),
        Map.of("all", Map.of("threads", Integer.toString(options.threads()))),
        seconds);
  }
}
