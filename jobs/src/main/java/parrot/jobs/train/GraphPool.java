package parrot.jobs.train;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import parrot.model.dl4j.NetworkSpec;
import parrot.model.dl4j.OptimizerSpec;
import parrot.model.dl4j.ParrotGraph;

/**
 * The graphs of this JVM, reused from round to round: building one costs more than a step, and
 * fresh memory more than either.
 */
final class GraphPool {
  private static final Map<Key, Deque<ComputationGraph>> IDLE = new HashMap<>();

  private record Key(NetworkSpec network, OptimizerSpec optimizer) {}

  private GraphPool() {}

  /** Work with a graph that nobody else has. */
  interface Work<T> {
    T run(ComputationGraph graph) throws Exception;
  }

  static <T> T with(ReplicaState state, Work<T> work) throws Exception {
    Key key = new Key(state.network(), state.optimizer());
    ComputationGraph graph;
    synchronized (IDLE) {
      Deque<ComputationGraph> graphs = IDLE.get(key);
      graph = graphs == null ? null : graphs.poll();
    }
    if (graph == null) {
      graph = ParrotGraph.create(state.network(), state.optimizer());
    }
    state.restore(graph);
    T result = work.run(graph);
    // After a failure the graph is left to the garbage collector: nobody knows its state.
    synchronized (IDLE) {
      IDLE.computeIfAbsent(key, ignored -> new ArrayDeque<>()).push(graph);
    }
    return result;
  }

  /** Frees what no task is using. */
  static void clear() {
    synchronized (IDLE) {
      IDLE.clear();
    }
    ParrotGraph.releaseNetworks();
  }
}
