package parrot.jobs.state;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.Dependency;
import org.apache.spark.NarrowDependency;
import org.apache.spark.OneToOneDependency;
import org.apache.spark.Partition;
import org.apache.spark.TaskContext;
import org.apache.spark.rdd.RDD;
import scala.collection.Iterator;
import scala.collection.JavaConverters;
import scala.collection.Seq;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

/**
 * One task for each input, each of which may read any chunk of the state. Chunks are fetched as
 * blocks from the executors that hold them, so a task depends on all of them without a shuffle.
 */
final class OverState<I extends Serializable, T> extends RDD<T> {
  private static final long serialVersionUID = 1L;

  private final StateWork<I, T> work;
  private final transient List<String> places;
  private RDD<I> inputs;
  private RDD<StateChunk> state;
  private RDD<StateChunk> own; // null if replicas keep nothing

  /** The partitions that a task reads. */
  private record Task(int index, Partition input, Partition[] state, Partition[] own)
      implements Partition, Serializable {}

  /** Each task depends on a number of consecutive chunks. */
  private static final class OnChunks extends NarrowDependency<StateChunk> {
    private static final long serialVersionUID = 1L;
    private final int count;
    private final int stride;

    /**
     * @param stride from the first chunk of a task to that of the next
     */
    OnChunks(RDD<StateChunk> chunks, int count, int stride) {
      super(chunks);
      this.count = count;
      this.stride = stride;
    }

    @Override
    public Seq<Object> getParents(int task) {
      List<Object> all = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        all.add(task * stride + i);
      }
      return seq(all);
    }
  }

  /**
   * @param inputs one in each partition
   * @param own the same number of chunks for each task, which only that task sees; or null
   * @param places where tasks should run, in Spark's spelling; taken in turn
   */
  OverState(
      RDD<StateChunk> state,
      RDD<StateChunk> own,
      RDD<I> inputs,
      List<String> places,
      StateWork<I, T> work,
      Class<?> type) {
    super(state.sparkContext(), dependencies(state, own, inputs), tag(type));
    this.state = state;
    this.own = own;
    this.inputs = inputs;
    this.places = List.copyOf(places);
    this.work = work;
  }

  private static Seq<Dependency<?>> dependencies(
      RDD<StateChunk> state, RDD<StateChunk> own, RDD<?> inputs) {
    List<Dependency<?>> dependencies = new ArrayList<>();
    dependencies.add(new OnChunks(state, state.getNumPartitions(), 0));
    dependencies.add(new OneToOneDependency<>(inputs));
    if (own != null) {
      int each = each(own, inputs);
      dependencies.add(new OnChunks(own, each, each));
    }
    return seq(dependencies);
  }

  private static int each(RDD<StateChunk> own, RDD<?> inputs) {
    return own.getNumPartitions() / inputs.getNumPartitions();
  }

  @SuppressWarnings("unchecked")
  private static <T> ClassTag<T> tag(Class<?> type) {
    return (ClassTag<T>) ClassTag$.MODULE$.apply(type);
  }

  private static <T> Seq<T> seq(List<T> list) {
    return JavaConverters.asScalaBufferConverter(list).asScala().toList();
  }

  @Override
  public Partition[] getPartitions() {
    Partition[] chunks = state.partitions();
    Partition[] given = inputs.partitions();
    Partition[] kept = own == null ? new Partition[0] : own.partitions();
    int each = kept.length / given.length;
    Partition[] tasks = new Partition[given.length];
    for (int i = 0; i < tasks.length; i++) {
      Partition[] its = Arrays.copyOfRange(kept, each * i, each * (i + 1));
      tasks[i] = new Task(i, given[i], chunks, its);
    }
    return tasks;
  }

  /** In turn, so that a replica returns to the executor that has its graph and what it keeps. */
  @Override
  public Seq<String> getPreferredLocations(Partition task) {
    return places.isEmpty()
        ? seq(List.of())
        : seq(List.of(places.get(task.index() % places.size())));
  }

  @Override
  public Iterator<T> compute(Partition split, TaskContext context) {
    Task task = (Task) split;
    I input = inputs.iterator(task.input(), context).next();
    StateReader chunks = index -> chunk(state, task.state()[index], context);
    StateReader ofReplica = index -> own == null ? null : chunk(own, task.own()[index], context);
    try {
      return JavaConverters.asScalaIteratorConverter(work.run(input, chunks, ofReplica)).asScala();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  private static StateChunk chunk(RDD<StateChunk> of, Partition partition, TaskContext context) {
    return StateChunk.only(
        JavaConverters.asJavaIteratorConverter(of.iterator(partition, context)).asJava());
  }

  /** Called when the lineage is cut. */
  @Override
  public void clearDependencies() {
    super.clearDependencies();
    inputs = null;
    state = null;
    own = null;
  }
}
