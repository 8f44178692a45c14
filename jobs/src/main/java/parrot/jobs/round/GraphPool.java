package parrot.jobs.round;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
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
   * Takes a graph for exclusive use, in the state in which its last user left it. After a failure,
   * {@link #drop} it: its state is unknown.
   */
  static ComputationGraph take(NetworkSpec network, OptimizerSpec optimizer) {
    synchronized (IDLE) {
      Deque<ComputationGraph> graphs = IDLE.get(Key.of(network, optimizer));
      ComputationGraph graph = graphs == null ? null : graphs.poll();
      if (graph != null) {
        return graph;
      }
    }
    return ParrotGraph.blank(network, optimizer);
  }

  static void giveBack(NetworkSpec network, OptimizerSpec optimizer, ComputationGraph graph) {
    synchronized (IDLE) {
      IDLE.computeIfAbsent(Key.of(network, optimizer), ignored -> new ArrayDeque<>()).push(graph);
    }
  }

  /** Frees a graph that is not given back. */
  static void drop(ComputationGraph graph) {
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
