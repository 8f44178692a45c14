package parrot.jobs.round;

import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.deeplearning4j.spark.impl.graph.SparkComputationGraph;
import parrot.jobs.state.ExecutorState;
import parrot.model.dl4j.ParrotGraph;
import parrot.model.layer.Routing;

/** Rounds of {@link RoundMaster}. The driver's graph stays empty: it never computes. */
public final class ExecutorRounds implements RoundRunner {
  private final JavaSparkContext spark;
  private final RoundMaster master;
  private final SparkComputationGraph graph;
  private final MinibatchLoader loader;

  public ExecutorRounds(
      JavaSparkContext spark, RoundMaster master, RoundSettings settings, MinibatchLoader loader) {
    this.spark = spark;
    this.master = master;
    this.loader = loader;
    this.graph =
        new SparkComputationGraph(
            spark, ParrotGraph.blank(settings.network(), settings.optimizer()), master);
  }

  @Override
  public Summary train(List<ReplicaPlan> plans, int iteration, Routing routing) {
    ParrotGraph.vertex(graph.getNetwork()).setRouting(routing);
    graph.getNetwork().getConfiguration().setIterationCount(iteration);
    List<String> texts = plans.stream().map(ReplicaPlan::toString).toList();
    graph.fitPaths(spark.parallelize(texts, texts.size()), loader);
    return master.last();
  }

  @Override
  public ExecutorState state() {
    return master.state();
  }

  @Override
  public void close() {
    master.state().close();
  }
}
