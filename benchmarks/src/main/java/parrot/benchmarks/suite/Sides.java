package parrot.benchmarks.suite;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import parrot.benchmarks.measure.Progress;
import parrot.benchmarks.measure.Series;
import parrot.benchmarks.process.SideRequest;
import parrot.benchmarks.process.SideRequest.Engine;
import parrot.benchmarks.process.Surroundings;
import parrot.benchmarks.workload.ModelStore;
import parrot.benchmarks.workload.Workload;

/** Requests for sides, and what results say about them. */
final class Sides {
  private Sides() {}

  /** A side on the workload's own batch; writes the model where it is missing. */
  static SideRequest request(
      Engine engine, Workload workload, Benchmark.Options options, Progress progress)
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
        workload.samples(),
        workload.tokens());
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
