package parrot.jobs.state;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
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
  private RDD<T> kept; // null where nothing was kept

  /** The partitions that a task reads. */
  private record Task(int index, Partition input, Partition[] state, Partition kept)
      implements Partition, Serializable {}

  /** Every task on every chunk. */
  private static final class OnAll extends NarrowDependency<StateChunk> {
    private static final long serialVersionUID = 1L;
    private final int chunks;

    OnAll(RDD<StateChunk> state) {
      super(state);
      this.chunks = state.partitions().length;
    }

    @Override
    public Seq<Object> getParents(int task) {
      List<Object> all = new ArrayList<>();
      for (int i = 0; i < chunks; i++) {
        all.add(i);
      }
      return seq(all);
    }
  }

  /**
   * @param inputs one in each partition
   * @param kept results of an earlier round that tasks of the same number get to see; may be null
   * @param places where tasks should run, as Spark spells it; taken in turn
   */
  OverState(
      RDD<StateChunk> state,
      RDD<T> kept,
      RDD<I> inputs,
      List<String> places,
      StateWork<I, T> work,
      Class<?> type) {
    super(state.sparkContext(), dependencies(state, inputs, kept), tag(type));
    this.state = state;
    this.kept = kept;
    this.inputs = inputs;
    this.places = List.copyOf(places);
    this.work = work;
  }

  private static Seq<Dependency<?>> dependencies(
      RDD<StateChunk> state, RDD<?> inputs, RDD<?> kept) {
    List<Dependency<?>> dependencies = new ArrayList<>();
    dependencies.add(new OnAll(state));
    dependencies.add(new OneToOneDependency<>(inputs));
    if (kept != null) {
      dependencies.add(new OneToOneDependency<>(kept));
    }
    return seq(dependencies);
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
    Partition[] own = inputs.partitions();
    Partition[] tasks = new Partition[own.length];
    for (int i = 0; i < tasks.length; i++) {
      tasks[i] = new Task(i, own[i], chunks, kept == null ? null : kept.partitions()[i]);
    }
    return tasks;
  }

  /** In turn, so that a replica meets the executor that has its graph and what it kept. */
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
    StateReader reader =
        index -> StateChunk.only(java(state.iterator(task.state()[index], context)));
    java.util.Iterator<T> own =
        kept == null ? Collections.emptyIterator() : java(kept.iterator(task.kept(), context));
    try {
      return JavaConverters.asScalaIteratorConverter(work.run(input, reader, own)).asScala();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  private static <E> java.util.Iterator<E> java(Iterator<E> iterator) {
    return JavaConverters.asJavaIteratorConverter(iterator).asJava();
  }

  /** Called when the lineage is cut. */
  @Override
  public void clearDependencies() {
    super.clearDependencies();
    inputs = null;
    state = null;
    kept = null;
  }
}
