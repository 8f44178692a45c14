package parrot.jobs.train;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;
import parrot.model.dl4j.ParrotGraph;
import parrot.model.dl4j.Tally;

/** Measures losses of held-out minibatches, one tally for each. */
final class HeldOutTask implements FlatMapFunction<Iterator<String>, Tally> {
  private static final long serialVersionUID = 1L;

  private final Broadcast<ReplicaState> state;
  private final MinibatchLoader loader;

  HeldOutTask(Broadcast<ReplicaState> state, MinibatchLoader loader) {
    this.state = state;
    this.loader = loader;
  }

  @Override
  public Iterator<Tally> call(Iterator<String> minibatches) throws Exception {
    return GraphPool.with(
        state.value(),
        graph -> {
          List<Tally> tallies = new ArrayList<>();
          while (minibatches.hasNext()) {
            graph.output(loader.load(minibatches.next()).getFeatures());
            tallies.add(ParrotGraph.vertex(graph).takeTally());
          }
          return tallies.iterator();
        });
  }
}
