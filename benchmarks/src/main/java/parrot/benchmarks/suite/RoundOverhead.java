package parrot.benchmarks.suite;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.StreamSupport;
import parrot.benchmarks.limit.Loopback;
import parrot.benchmarks.measure.ProgressLog;
import parrot.benchmarks.report.Result;
import parrot.benchmarks.report.Table;
import parrot.benchmarks.report.Target;
import parrot.benchmarks.report.Target.Bound;
import parrot.benchmarks.suite.ShapesRuns.Place;
import parrot.benchmarks.workload.Models;
import parrot.model.config.ParrotConfig;

/** What a round takes beside its replicas' steps, next to DL4J's own master and to loopback. */
final class RoundOverhead implements Benchmark {
  private static final double GIB = 1L << 30;
  private static final double MIB = 1L << 20;

  /**
   * A model and where it is trained.
   *
   * @param warmup rounds of two replicas that do not count: classes load, arenas are touched
   * @param counted rounds that count at most
   * @param workers of a cluster, one core each; 0 for one process with two cores
   * @param memory of each worker, or heap of the process, in MiB
   */
  private record Size(
      int millions,
      int width,
      int layers,
      int between,
      int warmup,
      int counted,
      int workers,
      int memory) {
    ParrotConfig config() {
      return Models.sized(width, layers, between);
    }

    String place() {
      return workers == 0 ? "one process" : "cluster of " + workers;
    }

    /** Replicas at a time. */
    int slots() {
      return workers == 0 ? 2 : workers;
    }

    /** Whether a full table has this row. */
    boolean measures(int replicas, Way way) {
      return switch (millions) {
        case 1, 16 -> !way.overlaps() && (replicas == 2 || way.isExchangeAlone());
        case 117 -> replicas == 2;
        default -> replicas == 2 && (way == Way.F32 || way == Way.LEAST);
      };
    }
  }

  /** Most that the driver's memory may grow from the smallest to the largest model. */
  private static final double DRIVER_GROWTH_MIB = 300;

  private static final List<Size> SIZES =
      List.of(
          new Size(1, 128, 4, 384, 30, 100, 2, 4096),
          new Size(16, 512, 5, 1408, 15, 100, 2, 4096),
          new Size(117, 1024, 9, 2816, 3, 5, 0, 6144),
          new Size(460, 1024, 36, 2816, 1, 2, 1, 8192));

  /** What replicas send. */
  private enum Way {
    F32("f32"),
    BF16("bf16"),
    INT8("int8"),
    INT4("int4"),
    CLOCKS("f32, moments every 3rd and 6th round"),
    OVERLAP("f32, overlap 4 of 8 steps"),
    LEAST("int8, moments reset");

    /** Rounds after which the clocks of moments begin again. */
    private static final int CYCLE = 6;

    final String text;

    Way(String text) {
      this.text = text;
    }

    String settings() {
      return switch (this) {
        case CLOCKS -> "updater_state: {first: 3, second: 6}";
        case OVERLAP -> "overlap: {steps: 4}";
        case LEAST -> "exchange: int8\nupdater_state: reset";
        default -> "exchange: " + text;
      };
    }

    boolean overlaps() {
      return this == OVERLAP;
    }

    /** Whether it differs from others by its format alone. */
    boolean isExchangeAlone() {
      return this != CLOCKS && this != OVERLAP && this != LEAST;
    }

    /** Steps of a round. */
    int averageEvery() {
      return overlaps() ? 8 : 1;
    }

    /** So many rounds, or a little more if all rounds together are what is typical. */
    int rounds(int wanted) {
      return this == CLOCKS ? (wanted + CYCLE - 1) / CYCLE * CYCLE : wanted;
    }

    /** What a round takes: the median, or the mean if rounds differ by design. */
    double typical(DoubleStream rounds) {
      return this == CLOCKS ? rounds.average().orElse(Double.NaN) : median(rounds);
    }
  }

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

  @Override
  public List<Integer> sizes() {
    return SIZES.stream().map(Size::millions).toList();
  }

  /**
   * Medians over rounds, in seconds, and the bytes that replicas sent in one.
   *
   * @param driver largest resident memory of the driver's process, in bytes; NaN if unknown
   */
  private record Round(double seconds, double steps, double bytes, double driver) {}

  @Override
  public Result run(Options options, ProgressLog progress) throws IOException {
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
            "exposed",
            "DL4J's s",
            "DL4J's over ours",
            "driver GiB");
    List<Target> targets = new ArrayList<>();
    NavigableMap<Integer, Double> drivers = new TreeMap<>();
    for (Size size : sizes(options)) {
      runs.describe("sized-" + size.millions(), size.config());
      if (size.workers() == 0) {
        Place place = Place.local(size.memory() + "m", size.slots());
        measure(new Runs(runs, options, progress, size, place), table, targets, drivers);
      } else {
        try (ShapesRuns.Cluster cluster = runs.cluster(size.workers(), size.memory())) {
          measure(
              new Runs(runs, options, progress, size, cluster.place()), table, targets, drivers);
        }
      }
    }
    driverGrowth(drivers).ifPresent(targets::add);
    for (Size size : sizes(options)) {
      if (size.workers() == 0) {
        targets.add(
            new CheckpointCost(size.millions(), size.memory() + "m")
                .measure(runs, options.steps(), progress));
      }
    }
    return new Result(
        id(),
        summary(),
        table,
        targets,
        List.of(
            "Medians (means if moments have clocks) over rounds of one step with a batch of 1, after "
                + sizes(options).stream()
                    .map(size -> "" + size.warmup())
                    .collect(Collectors.joining(", "))
                + " of warm-up (fewer for more replicas). Workers have one core and are processes of"
                + " this machine, as are the nodes of HDFS; one process trains two replicas at a time.",
            "Exposed is the overhead as a share of the round. With overlap, rounds have eight steps"
                + " and one slot more than replicas; its target holds if the steps take at least"
                + " twice the overhead of f32.",
            "Overhead is the round without its replicas' steps; loopback copies the bytes that the"
                + " round sent through one socket.",
            "Moments are averaged too unless the row says reset: f32 sends 12 bytes per parameter and"
                + " replica, and receives as many. DL4J averages them as well; its repartitioning is"
                + " off, which suits it best.",
            "DL4J's master does not report the seconds of its steps, so ours are subtracted.",
            "The cost of a checkpoint is that of a run of one replica with a slot beside it and"
                + " rounds of eight steps, in which every second round has a checkpoint written"
                + " beside it: what these rounds take more than the others, waiting included.",
            "Driver GiB is the largest resident memory of the driver's process. In one process, that"
                + " includes the replicas."),
        Map.of(),
        Map.of());
  }

  /** Of one size. */
  private record Runs(
      ShapesRuns runs, Options options, ProgressLog progress, Size size, Place place) {
    /** With overlap, averages are made in a slot beside those of the replicas. */
    private Place place(Way way) {
      return way.overlaps() ? Place.local(size.memory() + "m", size.slots() + 1) : place;
    }

    Round measure(int replicas, Way way, String master) throws IOException {
      String name =
          "rounds-%d-%d-%s-%s"
              .formatted(size.millions(), replicas, way.name().toLowerCase(Locale.ROOT), master);
      int warmup = way.rounds(Math.max(1, size.warmup() * 2 / replicas));
      int counted = way.rounds(Math.min(size.counted(), options.steps()));
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
              average_every: %d
              batch_size: 1
              max_examples: %d
              averaging: %s
              optimizer: {learning_rate: 1.0e-4}
              checkpoints: {every: 1000, keep: 1}
              kernels: {threads: 1}
              %s
              """,
              name,
              size.millions(),
              replicas,
              way.averageEvery(),
              replicas * way.averageEvery() * (warmup + counted),
              master,
              way.settings());
      ShapesRuns.Run run;
      try {
        run = runs.train(name, yaml, place(way));
      } catch (IOException e) { // keep the other rows
        progress.say("%s", e.getMessage());
        return new Round(Double.NaN, Double.NaN, 0, Double.NaN);
      }
      List<JsonNode> lines =
          run.lines().stream().filter(line -> line.has("seconds")).skip(warmup).toList();
      runs.forget(name);
      return new Round(
          way.typical(lines.stream().mapToDouble(line -> line.path("seconds").asDouble())),
          way.typical(lines.stream().mapToDouble(RoundOverhead::steps)) / size.slots(),
          way.typical(lines.stream().mapToDouble(RoundOverhead::bytes)),
          run.driverBytes() == 0 ? Double.NaN : run.driverBytes());
    }
  }

  /** Those that were asked for, else all. */
  private static List<Size> sizes(Options options) {
    return SIZES.stream()
        .filter(size -> options.sizes().isEmpty() || options.sizes().contains(size.millions()))
        .toList();
  }

  /** Sizes were asked for: then one row of each is enough. */
  private static boolean measures(Runs runs, int replicas, Way way) {
    return runs.options().sizes().isEmpty()
        ? runs.size().measures(replicas, way)
        : replicas == 2
            && (way == Way.F32
                || runs.size().workers() == 0 && (way == Way.CLOCKS || way == Way.OVERLAP));
  }

  /**
   * What the driver's memory grows by from the smallest to the largest model; empty with fewer than
   * two clusters.
   *
   * @param drivers bytes by millions of parameters
   */
  private static Optional<Target> driverGrowth(NavigableMap<Integer, Double> drivers) {
    if (drivers.size() < 2) {
      return Optional.empty();
    }
    return Optional.of(
        new Target(
            "driver's memory at %d M beyond that at %d M, in MiB"
                .formatted(drivers.lastKey(), drivers.firstKey()),
            (drivers.lastEntry().getValue() - drivers.firstEntry().getValue()) / MIB,
            Bound.AT_MOST,
            DRIVER_GROWTH_MIB));
  }

  private static void measure(
      Runs runs, Table table, List<Target> targets, Map<Integer, Double> drivers)
      throws IOException {
    Size size = runs.size();
    double waiting = Double.NaN; // overhead if replicas wait for f32
    double usual = Double.NaN; // bytes of f32
    for (int replicas : new int[] {2, 4, 8}) {
      for (Way way : Way.values()) {
        if (!measures(runs, replicas, way)) {
          continue;
        }
        Round ours = runs.measure(replicas, way, "parrot");
        double overhead = ours.seconds() - ours.steps();
        double floor = Loopback.seconds((long) ours.bytes(), 3);
        if (replicas == 2 && way == Way.F32) {
          waiting = overhead;
          usual = ours.bytes();
        }
        if (way == Way.CLOCKS) {
          targets.add(
              new Target(
                  "bytes of a round at " + size.millions() + " M with moments on clocks, of f32's",
                  ours.bytes() / usual,
                  Bound.AT_MOST,
                  0.5));
        }
        if (way == Way.OVERLAP && ours.steps() >= 2 * waiting) {
          targets.add(
              new Target(
                  "exposed exchange at " + size.millions() + " M with overlap, of a round",
                  overhead / ours.seconds(),
                  Bound.AT_MOST,
                  0.05));
        }
        double stock = Double.NaN;
        if (replicas == 2 && way == Way.F32) {
          if (size.millions() <= 16) {
            stock = runs.measure(replicas, way, "dl4j").seconds() - ours.steps();
          }
          if (size.millions() > 1) {
            targets.add(
                new Target(
                    "overhead over loopback at " + size.millions() + " M, 2 replicas, f32",
                    overhead / floor,
                    Bound.AT_MOST,
                    4));
          }
          if (size.workers() > 0) {
            drivers.put(size.millions(), ours.driver());
          }
        }
        table.add(
            size.millions(),
            size.place(),
            replicas,
            way.text,
            overhead,
            ours.steps(),
            ours.bytes() / MIB,
            floor,
            overhead / floor,
            overhead / ours.seconds(),
            stock,
            stock / overhead,
            ours.driver() / GIB);
        runs.progress()
            .say(
                "%d M, %d replicas, %s: overhead %.3f s, loopback %.3f s, DL4J's %.3f s",
                size.millions(), replicas, way.text, overhead, floor, stock);
      }
    }
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

  static double median(DoubleStream values) {
    double[] sorted = values.sorted().toArray();
    return sorted.length == 0 ? Double.NaN : sorted[sorted.length / 2];
  }
}
