package parrot.benchmarks.suite;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import parrot.benchmarks.measure.ProgressLog;
import parrot.benchmarks.report.Result;
import parrot.benchmarks.side.Engine;

/** Something that is measured and has targets. */
public interface Benchmark {

  /** The name on the command line. */
  String id();

  /** One sentence. */
  String summary();

  /** Steps that count unless the options say otherwise. */
  default int defaultSteps() {
    return 7;
  }

  /** Sizes that {@code --sizes} may choose from, in millions of parameters; empty if none. */
  default List<Integer> sizes() {
    return List.of();
  }

  /** Whether {@code --model} may name the model to measure. */
  default boolean takesModel() {
    return false;
  }

  /** Measures. */
  Result run(Options options, ProgressLog progress) throws IOException;

  /**
   * How to measure.
   *
   * @param models folder of the models' folders
   * @param logs folder of the sides' log files
   * @param warmup steps that do not count
   * @param steps that count
   * @param threads of every side
   * @param precision of ours, {@code f32} or {@code bf16}
   * @param sides that take part; empty for all
   * @param apart whether sides are never in memory together
   * @param sizes of models in millions of parameters; empty for all
   * @param model folder of the model to measure; null for the benchmark's own
   */
  record Options(
      Path models,
      Path logs,
      int warmup,
      int steps,
      int threads,
      String precision,
      List<Engine> sides,
      boolean apart,
      List<Integer> sizes,
      Path model) {}
}
