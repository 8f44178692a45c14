package parrot.jobs.round;

import java.nio.ByteBuffer;
import java.util.function.IntFunction;
import org.deeplearning4j.nn.graph.ComputationGraph;
import parrot.model.dl4j.FloatVector;
import parrot.model.dl4j.ParrotGraph;
import parrot.model.dl4j.ReplicaState;
import parrot.model.exchange.StateLayout;
import parrot.model.exchange.StateLayout.Chunk;
import parrot.model.exchange.StateLayout.Section;
import parrot.model.layer.Routing;

/** Restores the state of a run into the graph of an executor. */
final class GraphRestore {
  private GraphRestore() {}

  /** The graph's memory of a chunk's values. */
  static ByteBuffer memory(ComputationGraph graph, Chunk chunk) {
    ReplicaState state = ParrotGraph.vertex(graph).state();
    FloatVector vector =
        chunk.section() == Section.PARAMETERS ? state.parameters() : state.moments();
    return vector.memory(chunk.offset(), chunk.length());
  }

  /**
   * Copies the parameters.
   *
   * @param start values by chunk, float32 in native order
   * @param before gets the parameters' chunks, by index; null if not needed
   */
  static void parameters(
      ComputationGraph graph, StateLayout layout, IntFunction<byte[]> start, byte[][] before) {
    for (int i = 0; i < layout.parameterChunks(); i++) {
      byte[] values = start.apply(i);
      memory(graph, layout.chunk(i)).put(0, values);
      if (before != null) {
        before[i] = values;
      }
    }
  }

  /**
   * Copies the moments, or makes them zero if the state has none.
   *
   * @param start values by chunk
   * @param iteration steps so far
   */
  static void moments(
      ComputationGraph graph, StateLayout layout, IntFunction<byte[]> start, int iteration) {
    for (int i = layout.parameterChunks(); i < layout.count(); i++) {
      memory(graph, layout.chunk(i)).put(0, start.apply(i));
    }
    boolean kept = layout.moments() > 0;
    if (!kept) {
      ParrotGraph.vertex(graph).state().moments().clear();
    }
    ParrotGraph.vertex(graph).setMomentsBegan(kept ? 0 : iteration);
    graph.getConfiguration().setIterationCount(iteration);
  }

  /** Steers the router, and clears what was counted before. */
  static void routing(ComputationGraph graph, Routing routing) {
    ParrotGraph.vertex(graph).setRouting(routing);
    ParrotGraph.vertex(graph).takeTally();
  }
}
