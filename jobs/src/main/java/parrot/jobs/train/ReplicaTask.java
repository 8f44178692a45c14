package parrot.jobs.train;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;
import org.deeplearning4j.core.loader.MultiDataSetLoader;
import org.deeplearning4j.nn.graph.ComputationGraph;
import parrot.jobs.spark.EnvironmentCheck;
import parrot.model.dl4j.FlatVectors;
import parrot.model.dl4j.ParrotGraph;
import parrot.model.dl4j.ParrotGraphVertex;

/**
 * Trains a replica for one round, from the broadcast state through its minibatches. The same state
 * and plan give the same bytes on every executor.
 */
final class ReplicaTask implements FlatMapFunction<Iterator<String>, ReplicaResult> {
  private static final long serialVersionUID = 1L;

  private final Broadcast<ReplicaState> state;
  private final MultiDataSetLoader loader;

  ReplicaTask(Broadcast<ReplicaState> state, MultiDataSetLoader loader) {
    this.state = state;
    this.loader = loader;
  }

  @Override
  public Iterator<ReplicaResult> call(Iterator<String> plans) throws Exception {
    EnvironmentCheck.logOnExecutor();
    List<ReplicaResult> results = new ArrayList<>();
    while (plans.hasNext()) {
      ReplicaPlan plan = ReplicaPlan.parse(plans.next());
      results.add(GraphPool.with(state.value(), graph -> train(graph, plan)));
    }
    return results.iterator();
  }

  private ReplicaResult train(ComputationGraph graph, ReplicaPlan plan) throws IOException {
    long began = System.nanoTime();
    ParrotGraphVertex vertex = ParrotGraph.vertex(graph);
    String divergence = null;
    for (int step = 0; step < plan.minibatches().size() && divergence == null; step++) {
      graph.fit(loader.load(new MinibatchLoader.Line(plan.minibatches().get(step))));
      if (!Double.isFinite(graph.score())) {
        divergence = "the loss of step " + (step + 1) + " is " + graph.score();
      } else if (!Double.isFinite(vertex.lastGradientNorm())) {
        divergence =
            "the gradient's norm of step " + (step + 1) + " is " + vertex.lastGradientNorm();
      }
    }
    if (divergence == null && !FlatVectors.isFinite(graph.params())) {
      divergence = "a parameter is no number after " + plan.minibatches().size() + " steps";
    }
    var tally = vertex.takeTally();
    boolean usable = divergence == null && !plan.minibatches().isEmpty();
    return new ReplicaResult(
        plan.replica(),
        tally.samples(),
        usable ? FlatVectors.toBytes(graph.params()) : List.of(),
        usable ? FlatVectors.toBytes(ParrotGraph.updaterState(graph)) : List.of(),
        tally,
        divergence,
        (System.nanoTime() - began) / 1e9);
  }
}
