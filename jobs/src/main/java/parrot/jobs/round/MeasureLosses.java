package parrot.jobs.round;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;
import parrot.datasets.order.Minibatch;
import parrot.jobs.spark.TaskDevice;
import parrot.jobs.state.StateReader;
import parrot.jobs.state.StateWork;
import parrot.model.dl4j.NetworkSpec;
import parrot.model.dl4j.OptimizerSpec;
import parrot.model.dl4j.ParrotGraph;
import parrot.model.exchange.StateLayout;
import parrot.model.layer.Routing;
import parrot.model.network.Tally;

/** Measures losses of held-out minibatches, one tally for each. */
public record MeasureLosses(
    NetworkSpec network,
    OptimizerSpec optimizer,
    StateLayout layout,
    Routing routing,
    RowLoader loader)
    implements StateWork<ReplicaPlan, Tally> {

  @Override
  public Iterator<Tally> run(ReplicaPlan plan, StateReader state, StateReader own)
      throws Exception {
    TaskDevice.lease(network.kernels());
    ComputationGraph graph = GraphPool.take(network, optimizer);
    GraphRestore.parameters(graph, layout, index -> state.chunk(index).values());
    GraphRestore.routing(graph, routing);
    List<Tally> tallies = new ArrayList<>();
    for (Minibatch minibatch : plan.minibatches()) {
      graph.output(loader.load(minibatch).getFeatures());
      tallies.add(ParrotGraph.vertex(graph).takeTally());
    }
    GraphPool.giveBack(network, optimizer, graph);
    return tallies.iterator();
  }
}
