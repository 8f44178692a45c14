package parrot.benchmarks.suite;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.StreamSupport;
import parrot.benchmarks.limit.Loopback;
import parrot.benchmarks.measure.Progress;
import parrot.benchmarks.report.Result;
import parrot.benchmarks.report.Table;
import parrot.benchmarks.report.Target;
import parrot.benchmarks.report.Target.Bound;
import parrot.benchmarks.suite.ShapesRuns.Place;
import parrot.benchmarks.workload.Models;
import parrot.model.config.ParrotConfig;

/** What a round takes beside its replicas' steps, and what DL4J's own master makes of the same. */
final class RoundOverhead implements Benchmark {
  /** Rounds before those that count: classes load, arenas are touched. */
  private static final int WARMUP = 5;

  /** Of each worker. */
  private static final int WORKER_MIB = 4096;

  /**
   * A model and where it is trained.
   *
   * @param heap of one process; empty for the cluster
   * @param slots replicas at a time
   */
  private record Size(int millions, int width, int layers, int between, int slots, String heap) {
    ParrotConfig config() {
      return Models.sized(width, layers, between);
    }

    boolean onCluster() {
      return heap.isEmpty();
    }
  }

  private static final List<Size> SIZES =
      List.of(
          new Size(1, 128, 4, 384, 2, ""),
          new Size(16, 512, 5, 1408, 2, ""),
          new Size(117, 1024, 9, 2816, 2, "6g"),
          new Size(460, 1024, 36, 2816, 1, "6g"));

  @Override
  public String id() {
    return "rounds";
  }

  @Override
  public String summary() {
    return "A round beside its replicas' steps: ours, DL4J's own master, and a copy of the bytes.";
  }

  @Override
  public int defaultSteps() {
    return 5;
  }

  /** Medians over rounds, in seconds, and the bytes that replicas sent in one. */
  private record Round(double seconds, double steps, double bytes) {}

  @Override
  public Result run(Options options, Progress progress) throws IOException {
    ShapesRuns runs = new ShapesRuns(options.models(), options.logs(), progress);
    Table table =
        new Table(
            "million parameters",
            "place",
            "replicas",
            "exchange",
            "overhead s",
            "steps s",
            "MiB a round",
            "loopback s",
            "over loopback",
            "DL4J's s",
            "DL4J's over ours");
    Map<Integer, Double> stockRatios = new HashMap<>();
    Map<Integer, Double> floorRatios = new HashMap<>();
    try (ShapesRuns.Cluster cluster = runs.cluster(2, WORKER_MIB)) {
      for (Size size : SIZES) {
        runs.describe("sized-" + size.millions(), size.config());
        Place place = size.onCluster() ? cluster.place() : Place.local(size.heap(), size.slots());
        for (int replicas : new int[] {2, 4, 8}) {
          for (String exchange : List.of("f32", "bf16", "int8")) {
            boolean plain = replicas == 2 && exchange.equals("f32");
            if (!plain && !size.onCluster() && (replicas > 2 == !exchange.equals("f32"))
                || size.slots() == 1 && replicas > 2) {
              continue; // what the others say already
            }
            Round ours = measure(runs, options, size, place, replicas, exchange, "parrot");
            double steps = ours.steps() / size.slots();
            double overhead = ours.seconds() - steps;
            double floor = Loopback.seconds((long) ours.bytes(), 3);
            double stock = Double.NaN;
            if (plain && size.onCluster()) {
              Round theirs = measure(runs, options, size, place, replicas, exchange, "dl4j");
              stock = theirs.seconds() - steps;
              stockRatios.put(size.millions(), stock / overhead);
            }
            if (plain) {
              floorRatios.put(size.millions(), overhead / floor);
            }
            table.add(
                size.millions(),
                size.onCluster() ? "cluster" : "one process",
                replicas,
                exchange,
                overhead,
                steps,
                ours.bytes() / (1 << 20),
                floor,
                overhead / floor,
                stock,
                stock / overhead);
            progress.say(
                "%d M, %d replicas, %s: overhead %.3f s, loopback %.3f s, DL4J's %.3f s",
                size.millions(), replicas, exchange, overhead, floor, stock);
          }
        }
      }
    }
    return new Result(
        id(),
        summary(),
        table,
        List.of(
            new Target("DL4J's overhead over ours at 1 M", stockRatios.get(1), Bound.AT_LEAST, 10),
            new Target(
                "DL4J's overhead over ours at 16 M", stockRatios.get(16), Bound.AT_LEAST, 20),
            new Target(
                "overhead over loopback at 16 M, 2 replicas, f32",
                floorRatios.get(16),
                Bound.AT_MOST,
                4),
            new Target(
                "overhead over loopback at 117 M, 2 replicas, f32",
                floorRatios.get(117),
                Bound.AT_MOST,
                4),
            new Target(
                "overhead over loopback at 460 M, 2 replicas, f32",
                floorRatios.get(460),
                Bound.AT_MOST,
                4)),
        List.of(
            "Medians over rounds of one step with a batch of 1, after "
                + WARMUP
                + "; cluster: two workers of one core, a process each, on this machine; one process:"
                + " two replicas at a time (460 M: one) with 6g of heap.",
            "Overhead is the round without its replicas' steps, which go on two at a time;"
                + " loopback copies the bytes that the round sent through one socket.",
            "DL4J's master does not tell its steps' seconds, so ours are taken off."),
        Map.of(),
        Map.of());
  }

  private static Round measure(
      ShapesRuns runs,
      Options options,
      Size size,
      Place place,
      int replicas,
      String exchange,
      String master)
      throws IOException {
    String name = "rounds-%d-%d-%s-%s".formatted(size.millions(), replicas, exchange, master);
    String yaml =
        String.format(
            Locale.ROOT,
            """
            train: [decoder]
            use_moe: false
            out: runs/%s
            model: {folder: models/sized-%d, initialize: [vision, projector, decoder]}
            data: [shards/held-out-captions]
            replicas: %d
            average_every: 1
            batch_size: 1
            max_examples: %d
            averaging: %s
            exchange: %s
            optimizer: {learning_rate: 1.0e-4}
            checkpoints: {every: 1000, keep: 1}
            kernels: {threads: 1}
            """,
            name,
            size.millions(),
            replicas,
            replicas * (WARMUP + options.steps()),
            master,
            exchange);
    List<JsonNode> lines =
        runs.train(name, yaml, place).stream()
            .filter(line -> line.has("seconds"))
            .skip(WARMUP)
            .toList();
    runs.forget(name);
    return new Round(
        median(lines.stream().mapToDouble(line -> line.path("seconds").asDouble()).toArray()),
        median(lines.stream().mapToDouble(RoundOverhead::steps).toArray()),
        median(lines.stream().mapToDouble(RoundOverhead::bytes).toArray()));
  }

  private static double steps(JsonNode line) {
    return StreamSupport.stream(line.path("phases").path("replicas").spliterator(), false)
        .mapToDouble(replica -> replica.path("seconds").asDouble())
        .sum();
  }

  private static double bytes(JsonNode line) {
    JsonNode phases = line.path("phases");
    return phases.path("bytes_out").asDouble() + phases.path("bytes_in").asDouble();
  }

  private static double median(double[] values) {
    OptionalDouble middle = Arrays.stream(values).sorted().skip(values.length / 2).findFirst();
    return middle.orElse(Double.NaN);
  }
}
