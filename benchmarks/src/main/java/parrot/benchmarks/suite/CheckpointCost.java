package parrot.benchmarks.suite;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.StreamSupport;
import parrot.benchmarks.measure.ProgressLog;
import parrot.benchmarks.report.Target;
import parrot.benchmarks.report.Target.Bound;
import parrot.benchmarks.suite.ShapesRuns.Place;

/**
 * What a checkpoint adds to the round that it is written beside. Rounds with and without one take
 * turns in one run, which has a slot beside its replica's.
 *
 * @param millions of parameters of the model, which has been described
 * @param heap of the process, such as {@code 6g}
 */
record CheckpointCost(int millions, String heap) {
  private static final double MOST = 0.02;
  private static final int WARMUP = 2;

  Target measure(ShapesRuns runs, int pairs, ProgressLog progress) throws IOException {
    String name = "rounds-checkpoints-" + millions;
    List<JsonNode> lines = runs.train(name, yaml(name, pairs), Place.local(heap, 2)).lines();
    runs.forget(name);
    double share = added(lines.stream().filter(line -> line.has("seconds")).toList());
    progress.say("%d M: a checkpoint adds %.2f %% to a round", millions, 100 * share);
    return new Target(
        "what a checkpoint adds to the round beside it at " + millions + " M, of a round",
        share,
        Bound.AT_MOST,
        MOST);
  }

  /** A checkpoint follows each even round. */
  private String yaml(String name, int pairs) {
    return """
        train: [decoder]
        use_moe: false
        out: runs/%s
        model: {folder: models/sized-%d, initialize: [vision, projector, decoder]}
        data: [shards/held-out-captions]
        replicas: 1
        average_every: 8
        batch_size: 1
        max_examples: %d
        optimizer: {learning_rate: 1.0e-4}
        checkpoints: {every: 2, keep: 1}
        kernels: {threads: 1}
        """
        .formatted(name, millions, 8 * (WARMUP + 2 * pairs + 1));
  }

  /** The last round waits for its own checkpoint, so it does not count. */
  static double added(List<JsonNode> rounds) {
    double[] alone = new double[(rounds.size() - 1 - WARMUP) / 2];
    double[] beside = new double[alone.length];
    for (int pair = 0; pair < alone.length; pair++) {
      JsonNode odd = rounds.get(WARMUP + 2 * pair);
      JsonNode even = rounds.get(WARMUP + 2 * pair + 1);
      alone[pair] = even.path("seconds").asDouble();
      beside[pair] = odd.path("seconds").asDouble() + waited(even);
    }
    return RoundOverhead.median(DoubleStream.of(beside))
            / RoundOverhead.median(DoubleStream.of(alone))
        - 1;
  }

  private static double waited(JsonNode round) {
    return StreamSupport.stream(round.path("phases").path("spans").spliterator(), false)
        .filter(span -> span.path("phase").asText().equals("checkpoint"))
        .mapToDouble(span -> span.path("seconds").asDouble())
        .sum();
  }
}
