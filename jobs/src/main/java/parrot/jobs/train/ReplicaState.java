package parrot.jobs.train;

import java.io.Serializable;
import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;
import parrot.model.dl4j.FlatVectors;
import parrot.model.dl4j.NetworkSpec;
import parrot.model.dl4j.OptimizerSpec;
import parrot.model.dl4j.ParrotGraph;
import parrot.model.layer.Routing;

/**
 * What every replica begins a round with; broadcast.
 *
 * @param iteration steps done so far, which the schedule and Adam's correction count
 * @param parameters float32 in native order, in pieces
 * @param updater likewise; empty where only losses are wanted
 * @param routing how the router is steered; null for what the model's configuration says
 */
record ReplicaState(
    NetworkSpec network,
    OptimizerSpec optimizer,
    int iteration,
    List<byte[]> parameters,
    List<byte[]> updater,
    Routing routing)
    implements Serializable {

  /** Copies the state of the driver's graph. */
  static ReplicaState of(
      NetworkSpec network, OptimizerSpec optimizer, ComputationGraph graph, boolean learns) {
    return new ReplicaState(
        network,
        optimizer,
        graph.getIterationCount(),
        FlatVectors.toBytes(graph.params()),
        learns ? FlatVectors.toBytes(ParrotGraph.updaterState(graph)) : List.of(),
        ParrotGraph.vertex(graph).routing());
  }

  /** Puts a graph into this state. */
  void restore(ComputationGraph graph) {
    FlatVectors.fromBytes(graph.params(), parameters);
    if (!updater.isEmpty()) {
      FlatVectors.fromBytes(ParrotGraph.updaterState(graph), updater);
    }
    graph.getConfiguration().setIterationCount(iteration);
    ParrotGraph.vertex(graph).setRouting(routing);
    ParrotGraph.vertex(graph).takeTally();
  }
}
