package parrot.jobs.state;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.api.java.function.Function2;
import org.apache.spark.rdd.RDD;
import org.apache.spark.storage.StorageLevel;
import parrot.jobs.spark.Preflight;
import parrot.model.exchange.StateLayout;
import scala.Tuple2;

/**
 * The state of a run, held by its executors. Each chunk lies on two of them, so that one may fail.
 * The driver knows where chunks are and never sees one. A state does not change; a round makes the
 * next one.
 */
public final class ExecutorState implements AutoCloseable {
  private final JavaSparkContext spark;
  private final StateLayout layout;
  private final RDD<StateChunk> chunks;
  private final Kept kept;
  private final RDD<StateChunk> own; // what replicas keep; null if they keep nothing
  private Reduction reduction; // makes the chunks while replicas go on; null if they are there
  private final AtomicInteger users; // this one, and those that it was lent to
  private final int slots; // that tasks which only read may take at a time; 0 for all
  private boolean closed;

  private ExecutorState(
      JavaSparkContext spark,
      StateLayout layout,
      RDD<StateChunk> chunks,
      Kept kept,
      RDD<StateChunk> own,
      Reduction reduction) {
    this(spark, layout, chunks, kept, own, reduction, new AtomicInteger(1), 0);
  }

  private ExecutorState(
      JavaSparkContext spark,
      StateLayout layout,
      RDD<StateChunk> chunks,
      Kept kept,
      RDD<StateChunk> own,
      Reduction reduction,
      AtomicInteger users,
      int slots) {
    this.spark = spark;
    this.layout = layout;
    this.chunks = chunks;
    this.kept = kept;
    this.own = own;
    this.reduction = reduction;
    this.users = users;
    this.slots = slots;
  }

  /**
   * Lets the executors read the chunks of a state, each of them once.
   *
   * @param reader gives a chunk by index
   */
  public static ExecutorState load(
      JavaSparkContext spark, StateLayout layout, Function<Integer, StateChunk> reader) {
    List<Integer> indices = IntStream.range(0, layout.count()).boxed().toList();
    JavaRDD<StateChunk> chunks = spark.parallelize(indices, indices.size()).map(reader);
    chunks.setName("state").persist(level(spark.sc()));
    // Otherwise tasks that meet on an executor would each read the chunk that they all need.
    run(chunks::count);
    return new ExecutorState(spark, layout, chunks.rdd(), Kept.nothing(layout), null, null);
  }

  /** Hands a state from the driver to the executors. */
  public static ExecutorState of(
      JavaSparkContext spark, StateLayout layout, List<StateChunk> values) {
    JavaRDD<StateChunk> chunks = spark.parallelize(values, values.size());
    chunks.setName("state").persist(level(spark.sc()));
    // Otherwise each task over the state would carry all of it.
    chunks.rdd().localCheckpoint();
    run(chunks::count);
    return new ExecutorState(spark, layout, chunks.rdd(), Kept.nothing(layout), null, null);
  }

  /**
   * This state with what replicas keep for themselves, which executors read when they need it.
   *
   * @param reader gives it by replica and number, see {@link Kept}
   */
  public ExecutorState withOwn(
      Kept kept, int replicas, Function2<Integer, Integer, StateChunk> reader) {
    if (kept.isNothing()) {
      return this;
    }
    int each = kept.numbers();
    List<Integer> numbers = IntStream.range(0, replicas * each).boxed().toList();
    JavaRDD<StateChunk> read =
        spark
            .parallelize(numbers, numbers.size())
            .map(number -> reader.call(number / each, number % each));
    read.setName("own").persist(OwnChunks.LEVEL);
    return new ExecutorState(spark, layout, chunks, kept, read.rdd(), null);
  }

  /** Two copies if there are two executors; on disk if memory has no room. */
  private static StorageLevel level(SparkContext spark) {
    return ExecutorPlaces.of(spark).size() > 1
        ? StorageLevel.MEMORY_AND_DISK_2()
        : StorageLevel.MEMORY_AND_DISK();
  }

  /**
   * This state for a thread that reads it while rounds go on. The executors keep it until both are
   * closed. Tasks of the reader keep out of the way of replicas: they prefer the last executors,
   * which replicas take last.
   *
   * @param slots that they may take at a time; 0 for all
   */
  public ExecutorState lend(int slots) {
    settle();
    users.incrementAndGet();
    return new ExecutorState(spark, layout, chunks, kept, own, null, users, slots);
  }

  public StateLayout layout() {
    return layout;
  }

  /** What replicas keep for themselves. */
  public Kept kept() {
    return kept;
  }

  /**
   * The next state and how it came about.
   *
   * @param chunks outcomes of all chunks, in order
   */
  public record Next(ExecutorState state, List<ChunkOutcome> chunks) {}

  /**
   * Runs the work of replicas and reduces their pieces to the next state. This state stays until it
   * is closed.
   *
   * @param plans of the replicas, one in each partition
   * @param keep what replicas keep for the round after
   * @throws LostStateException if this state is gone
   */
  public <I extends Serializable> Next next(
      JavaRDD<I> plans, StateWork<I, ReplicaPiece> work, ReplicaWeights mixing, Kept keep) {
    OwnChunks nextOwn = own(plans, keep);
    JavaPairRDD<Integer, ReplicaPiece> shuffled = sent(plans, work, nextOwn);
    JavaRDD<StateChunk> reduced = reduced(shuffled, mixing, keep);
    try {
      List<ChunkOutcome> outcomes = run(() -> reduced.map(StateChunk::outcome).collect());
      return new Next(
          new ExecutorState(spark, layout, reduced.rdd(), keep, nextOwn, null), outcomes);
    } catch (RuntimeException e) {
      reduced.unpersist(false);
      if (nextOwn != null) {
        nextOwn.unpersist(false);
      }
      throw e;
    } finally {
      shuffled.rdd().cleanShuffleDependencies(false);
    }
  }

  /**
   * Runs the work of replicas, which read this state when they need it, and leaves the reduction of
   * their pieces to the next round, so that it runs beside the steps of that round.
   *
   * @return the next state, which needs this one until it is settled, and one outcome for all its
   *     chunks, without times
   * @throws LostStateException if this state is gone
   */
  public <I extends Serializable> Next nextLater(
      JavaRDD<I> plans, StateWork<I, ReplicaPiece> work, ReplicaWeights mixing, Kept keep) {
    OwnChunks nextOwn = own(plans, keep);
    JavaPairRDD<Integer, ReplicaPiece> shuffled = sent(plans, work, nextOwn);
    boolean hasSpareSlots = Preflight.slots(spark.sc()) > plans.getNumPartitions();
    try {
      // Spark gives slots to jobs in their order. Replicas come first if there is a slot beside
      // them.
      if (reduction != null && !hasSpareSlots) {
        reduction.start();
      }
      ReplicaOutcomes replicas = ReplicaOutcomes.submit(spark.sc(), shuffled.rdd());
      if (reduction != null) {
        reduction.start();
      }
      ChunkOutcome outcome = run(replicas::get);
      settle();
      JavaRDD<StateChunk> reduced = reduced(shuffled, mixing, keep);
      Reduction later = new Reduction(reduced, shuffled);
      return new Next(
          new ExecutorState(spark, layout, reduced.rdd(), keep, nextOwn, later), List.of(outcome));
    } catch (RuntimeException e) {
      if (nextOwn != null) {
        nextOwn.unpersist(false);
      }
      shuffled.rdd().cleanShuffleDependencies(false);
      throw e;
    }
  }

  /** Waits until all chunks are there, and frees what only they needed. */
  public ExecutorState settle() {
    if (reduction != null) {
      run(reduction::finish);
      reduction = null;
    }
    return this;
  }

  /** Frees this state as soon as the next one, which came from it, does not need it. */
  public void giveWayTo(ExecutorState next) {
    if (next.reduction == null) {
      close();
    } else {
      next.reduction.thenFree(this);
    }
  }

  private OwnChunks own(JavaRDD<?> plans, Kept keep) {
    return keep.isNothing()
        ? null
        : new OwnChunks(spark.sc(), plans.getNumPartitions(), keep.numbers());
  }

  /** Pieces on their way to where their chunks lie. */
  private <I extends Serializable> JavaPairRDD<Integer, ReplicaPiece> sent(
      JavaRDD<I> plans, StateWork<I, ReplicaPiece> work, OwnChunks nextOwn) {
    JavaRDD<ReplicaPiece> pieces = over(plans, work, own, ReplicaPiece.class).toJavaRDD();
    if (nextOwn != null) {
      OwnChunks.Keeper keeper = nextOwn.keeper();
      pieces = pieces.mapPartitionsWithIndex(keeper::keep, true);
    }
    return pieces
        .mapToPair(piece -> new Tuple2<>(piece.chunk(), piece))
        .partitionBy(new ByChunk(layout.count()));
  }

  private JavaRDD<StateChunk> reduced(
      JavaPairRDD<Integer, ReplicaPiece> shuffled, ReplicaWeights mixing, Kept keep) {
    JavaRDD<StateChunk> reduced =
        shuffled.zipPartitions(chunks.toJavaRDD(), new ReduceChunks(layout, mixing, keep.local()));
    reduced.setName("state").persist(level(spark.sc()));
    // Otherwise the lineage, and with it each task, would grow with every round.
    reduced.rdd().localCheckpoint();
    return reduced;
  }

  /**
   * Runs a task for each input and brings the results here.
   *
   * @throws LostStateException if this state is gone
   */
  public <I extends Serializable, T> List<T> collect(
      List<I> inputs, StateWork<I, T> work, Class<T> type) {
    return read(spark.parallelize(inputs, inputs.size()), work, null, type);
  }

  /**
   * Runs a task for each replica, with what it keeps for itself.
   *
   * @param work gets the replica's number
   */
  public <T> List<T> collectOwn(StateWork<Integer, T> work, Class<T> type) {
    int replicas = own.getNumPartitions() / kept.numbers();
    List<Integer> numbers = IntStream.range(0, replicas).boxed().toList();
    return read(spark.parallelize(numbers, replicas), work, own, type);
  }

  private <I extends Serializable, T> List<T> read(
      JavaRDD<I> inputs, StateWork<I, T> work, RDD<StateChunk> own, Class<T> type) {
    JavaRDD<T> tasks = over(inputs, work, own, type).toJavaRDD();
    return slots == 0 ? run(tasks::collect) : run(() -> inTurns(tasks));
  }

  private <T> List<T> inTurns(JavaRDD<T> tasks) {
    List<T> all = new ArrayList<>();
    int count = tasks.getNumPartitions();
    for (int first = 0; first < count; first += slots) {
      int[] some = IntStream.range(first, Math.min(count, first + slots)).toArray();
      List.of(tasks.collectPartitions(some)).forEach(all::addAll);
    }
    return all;
  }

  private <I extends Serializable, T> RDD<T> over(
      JavaRDD<I> inputs, StateWork<I, T> work, RDD<StateChunk> own, Class<T> type) {
    return new OverState<>(chunks, own, inputs.rdd(), places(), work, type);
  }

  private List<String> places() {
    List<String> places = new ArrayList<>(ExecutorPlaces.of(spark.sc()));
    if (slots == 0) {
      return places;
    }
    Collections.reverse(places);
    return places.subList(0, Math.min(slots, places.size()));
  }

  private interface Job<T> {
    T run() throws Exception;
  }

  private static <T> T run(Job<T> job) {
    try {
      return job.run();
    } catch (RuntimeException e) {
      throw lostOr(e, e);
    } catch (Exception e) { // Scala throws checked exceptions undeclared
      throw lostOr(e, new JobFailedException(e));
    }
  }

  private static RuntimeException lostOr(Exception e, RuntimeException other) {
    String message = String.valueOf(e.getMessage());
    return e instanceof SparkException && message.contains("Checkpoint block")
        ? new LostStateException("the executors that held the state are gone", e)
        : other;
  }

  /** Frees this state on the executors, unless it is lent. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (users.decrementAndGet() > 0) {
      return;
    }
    if (reduction != null) {
      reduction.close();
    }
    chunks.unpersist(false);
    if (own != null) {
      own.unpersist(false);
    }
  }
}
