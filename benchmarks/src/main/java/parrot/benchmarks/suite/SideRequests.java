package parrot.benchmarks.suite;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import parrot.benchmarks.measure.Alternation;
import parrot.benchmarks.measure.ProgressLog;
import parrot.benchmarks.measure.Series;
import parrot.benchmarks.process.Surroundings;
import parrot.benchmarks.side.Engine;
import parrot.benchmarks.side.SideRequest;
import parrot.benchmarks.workload.ModelStore;
import parrot.benchmarks.workload.Workload;

/** Requests for sides, and what results say about them. */
final class SideRequests {
  /** Of a batch of text alone. */
  private static final int SAMPLES = 1;

  /** Of each of these samples. */
  private static final int TOKENS = 1024;

  private SideRequests() {}

  /** Who takes part in a comparison, ours first. */
  static List<Engine> engines(Workload workload) {
    return switch (workload) {
      case DECODER ->
          List.of(
              Engine.OURS,
              Engine.TORCH_AUTOCAST,
              Engine.TORCH_FPMATH,
              Engine.TORCH_F32,
              Engine.PRODUCTS);
      case INSTRUCT, REAL_SIZE, ALIGN ->
          List.of(Engine.OURS, Engine.TORCH_AUTOCAST, Engine.PRODUCTS);
      case GENERATE, GENERATE_BATCH ->
          List.of(Engine.OURS, Engine.TORCH_BF16, Engine.TORCH_F32, Engine.BANDWIDTH);
      case ANSWER -> List.of(Engine.OURS, Engine.TORCH_BF16, Engine.PRODUCTS);
      case ENCODE ->
          List.of(Engine.OURS, Engine.TORCH_BF16, Engine.TORCH_AUTOCAST, Engine.PRODUCTS);
      case TINY -> List.of(Engine.OURS, Engine.TORCH_F32);
    };
  }

  /** A side on the workload's usual batch; writes the model if it is missing. */
  static SideRequest request(
      Engine engine, Workload workload, Benchmark.Options options, ProgressLog progress)
      throws IOException {
    ModelStore store = new ModelStore(options.models());
    if (!store.holds(workload)) {
      progress.say("writing the model (once)");
    }
    return new SideRequest(
        engine,
        workload,
        store.folder(workload).toString(),
        options.precision(),
        options.threads(),
        SAMPLES,
        TOKENS);
  }

  /** Runs children as the options say. */
  static Alternation alternation(Benchmark.Options options, ProgressLog progress) {
    return new Alternation(
        SideProcess.class,
        options.logs(),
        progress,
        options.warmup(),
        options.steps(),
        options.apart());
  }

  /** By title: threads, precision and environment. */
  static Map<String, Map<String, String>> settings(List<Series> series) {
    Map<String, Map<String, String>> settings = new LinkedHashMap<>();
    for (Series one : series) {
      Map<String, String> values = new TreeMap<>(Surroundings.of(one.request()));
      values.put("threads", Integer.toString(one.request().threads()));
      if (one.request().engine() == Engine.OURS) {
        values.put("precision", one.request().precision());
      }
      settings.put(one.request().engine().title(), values);
    }
    return settings;
  }

  /** By title: seconds of every step that counted. */
  static Map<String, double[]> seconds(List<Series> series) {
    Map<String, double[]> seconds = new LinkedHashMap<>();
    for (Series one : series) {
      seconds.put(one.request().engine().title(), one.seconds());
    }
    return seconds;
  }
}
