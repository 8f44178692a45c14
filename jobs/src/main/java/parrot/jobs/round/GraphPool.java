package parrot.jobs.round;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import org.apache.spark.TaskContext;
import org.apache.spark.util.TaskCompletionListener;
import org.deeplearning4j.nn.graph.ComputationGraph;
import parrot.model.dl4j.NetworkSpec;
import parrot.model.dl4j.OptimizerSpec;
import parrot.model.dl4j.ParrotGraph;
import parrot.model.kernel.KernelProvider;

/**
 * The graphs of this JVM, reused from round to round: building one takes longer than a step, and
 * touching fresh memory longer than either.
 */
public final class GraphPool {
  private static final Map<Key, Deque<ComputationGraph>> IDLE = new HashMap<>();
  private static final Set<ComputationGraph> TAKEN =
      Collections.newSetFromMap(new IdentityHashMap<>());

  /**
   * @param card a graph stays on the card that it was made on; empty on the processor
   */
  private record Key(NetworkSpec network, OptimizerSpec optimizer, String card) {
    static Key of(NetworkSpec network, OptimizerSpec optimizer) {
      return new Key(network, optimizer, KernelProvider.named(network.kernels()).leased());
    }
  }

  private GraphPool() {}

  /**
   * Takes a graph for exclusive use by the current task, in the state in which its last user left
   * it. If it is not given back before the task ends, the task failed: the graph's state is
   * unknown, and it is freed.
   */
  static ComputationGraph take(NetworkSpec network, OptimizerSpec optimizer) {
    ComputationGraph idle = poll(Key.of(network, optimizer));
    ComputationGraph graph = idle == null ? ParrotGraph.blank(network, optimizer) : idle;
    synchronized (IDLE) {
      TAKEN.add(graph);
    }
    TaskCompletionListener ended = task -> dropIfTaken(graph);
    TaskContext.get().addTaskCompletionListener(ended);
    return graph;
  }

  private static ComputationGraph poll(Key key) {
    synchronized (IDLE) {
      Deque<ComputationGraph> graphs = IDLE.get(key);
      return graphs == null ? null : graphs.poll();
    }
  }

  private static void dropIfTaken(ComputationGraph graph) {
    boolean taken;
    synchronized (IDLE) {
      taken = TAKEN.remove(graph);
    }
    if (taken) {
      drop(graph);
    }
  }

  /** Graphs that tasks are using. */
  static int taken() {
    synchronized (IDLE) {
      return TAKEN.size();
    }
  }

  static void giveBack(NetworkSpec network, OptimizerSpec optimizer, ComputationGraph graph) {
    synchronized (IDLE) {
      TAKEN.remove(graph);
      IDLE.computeIfAbsent(Key.of(network, optimizer), ignored -> new ArrayDeque<>()).push(graph);
    }
  }

  private static void drop(ComputationGraph graph) {
    ParrotGraph.vertex(graph).close();
  }

  /** Frees what no task is using. */
  public static void clear() {
    synchronized (IDLE) {
      IDLE.values().stream().flatMap(Deque::stream).forEach(GraphPool::drop);
      IDLE.clear();
    }
    ParrotGraph.releaseNetworks();
  }
}
