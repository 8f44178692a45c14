package parrot.jobs.train;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.broadcast.Broadcast;
import org.deeplearning4j.core.loader.DataSetLoader;
import org.deeplearning4j.core.loader.MultiDataSetLoader;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.spark.impl.graph.SparkComputationGraph;
import org.deeplearning4j.spark.impl.multilayer.SparkDl4jMultiLayer;
import org.deeplearning4j.spark.impl.paramavg.ParameterAveragingTrainingMaster;
import parrot.jobs.cli.CommandException;
import parrot.jobs.cli.ExitCode;
import parrot.model.dl4j.FlatVectors;
import parrot.model.dl4j.NetworkSpec;
import parrot.model.dl4j.OptimizerSpec;
import parrot.model.dl4j.ParrotGraph;
import parrot.model.dl4j.Tally;

/**
 * DL4J's parameter averaging with four differences: which replica sees which rows is planned and
 * not drawn, the average is weighted by examples and added up in the order of the replicas, the
 * step count goes on from round to round, and a replica that left the numbers stops the round.
 */
final class RoundMaster extends ParameterAveragingTrainingMaster {
  private final NetworkSpec network;
  private final OptimizerSpec optimizer;
  private transient Summary last;

  /** What the last round did. */
  record Summary(Tally tally, long examples, int steps, double replicaSeconds) {}

  RoundMaster(NetworkSpec network, OptimizerSpec optimizer, TrainConfig config) {
    super(
        new Builder(config.replicas(), config.batchSize())
            .batchSizePerWorker(config.batchSize())
            .averagingFrequency(config.averageEvery()));
    this.network = network;
    this.optimizer = optimizer;
  }

  Summary last() {
    return last;
  }

  /**
   * Trains one round.
   *
   * @param plans a {@link ReplicaPlan} for each replica, one in each partition
   * @throws CommandException with {@link ExitCode#DIVERGED}; the graph is as before the round
   */
  @Override
  public void executeTrainingPaths(
      SparkDl4jMultiLayer none,
      SparkComputationGraph spark,
      JavaRDD<String> plans,
      DataSetLoader unused,
      MultiDataSetLoader loader) {
    ComputationGraph graph = spark.getNetwork();
    ReplicaState state = ReplicaState.of(network, optimizer, graph, true);
    Broadcast<ReplicaState> broadcast = spark.getSparkContext().broadcast(state);
    List<ReplicaResult> results;
    try {
      results = new ArrayList<>(plans.mapPartitions(new ReplicaTask(broadcast, loader)).collect());
    } finally {
      broadcast.destroy();
    }
    results.sort(Comparator.comparingInt(ReplicaResult::replica));
    for (ReplicaResult result : results) {
      if (result.divergence() != null) {
        throw new CommandException(
            ExitCode.DIVERGED, "replica " + result.replica() + ": " + result.divergence());
      }
    }
    results.removeIf(result -> result.examples() == 0);
    average(graph, results);
  }

  private void average(ComputationGraph graph, List<ReplicaResult> results) {
    long examples = results.stream().mapToLong(ReplicaResult::examples).sum();
    double[] weights =
        results.stream().mapToDouble(result -> (double) result.examples() / examples).toArray();
    FlatVectors.average(
        graph.params(), results.stream().map(ReplicaResult::parameters).toList(), weights);
    FlatVectors.average(
        ParrotGraph.updaterState(graph),
        results.stream().map(ReplicaResult::updater).toList(),
        weights);
    Tally tally = new Tally();
    int steps = 0;
    double seconds = 0;
    for (ReplicaResult result : results) {
      tally.add(result.tally());
      steps = Math.max(steps, result.tally().steps());
      seconds = Math.max(seconds, result.seconds());
    }
    graph.getConfiguration().setIterationCount(graph.getIterationCount() + steps);
    last = new Summary(tally, examples, steps, seconds);
  }
}
