package parrot.jobs.round;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.IntFunction;
import org.deeplearning4j.nn.graph.ComputationGraph;
import parrot.model.dl4j.Moments;
import parrot.model.dl4j.ParrotGraph;
import parrot.model.dl4j.ReplicaState;
import parrot.model.dl4j.StateVector;
import parrot.model.exchange.StateLayout;
import parrot.model.exchange.StateLayout.Chunk;
import parrot.model.exchange.StateLayout.Section;
import parrot.model.layer.Routing;

/** Restores the state of a run into the graph of an executor. */
final class GraphRestore {
  private GraphRestore() {}

  /** A chunk's values as float32 in native order: a view of the graph's memory, or a copy. */
  static ByteBuffer read(ComputationGraph graph, Chunk chunk) {
    return vector(graph, chunk).read(chunk.offset(), chunk.length());
  }

  /** Puts a chunk's values into the graph's memory. */
  static void write(ComputationGraph graph, Chunk chunk, byte[] values) {
    vector(graph, chunk)
        .write(chunk.offset(), ByteBuffer.wrap(values).order(ByteOrder.nativeOrder()));
  }

  private static StateVector vector(ComputationGraph graph, Chunk chunk) {
    ReplicaState state = ParrotGraph.vertex(graph).state();
    return chunk.section() == Section.PARAMETERS ? state.parameters() : state.moments();
  }

  /**
   * Copies the parameters.
   *
   * @param start values by chunk, float32 in native order
   */
  static void parameters(ComputationGraph graph, StateLayout layout, IntFunction<byte[]> start) {
    for (int i = 0; i < layout.parameterChunks(); i++) {
      write(graph, layout.chunk(i), start.apply(i));
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
    Moments moments = ParrotGraph.vertex(graph).state().moments();
    boolean kept = layout.moments() > 0;
    if (!kept || moments.sharesScales()) {
      moments.clear();
    }
    for (int i = layout.parameterChunks(); i < layout.count(); i++) {
      write(graph, layout.chunk(i), start.apply(i));
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
