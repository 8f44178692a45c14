package parrot.jobs.round;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.deeplearning4j.core.loader.DataSetLoader;
import org.deeplearning4j.core.loader.MultiDataSetLoader;
import org.deeplearning4j.core.storage.StatsStorageRouter;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.deeplearning4j.spark.api.TrainingHook;
import org.deeplearning4j.spark.api.TrainingMaster;
import org.deeplearning4j.spark.api.TrainingResult;
import org.deeplearning4j.spark.api.TrainingWorker;
import org.deeplearning4j.spark.api.stats.SparkTrainingStats;
import org.deeplearning4j.spark.impl.graph.SparkComputationGraph;
import org.deeplearning4j.spark.impl.multilayer.SparkDl4jMultiLayer;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import parrot.jobs.config.TrainConfig;
import parrot.jobs.failure.DivergedException;
import parrot.jobs.state.ChunkOutcome;
import parrot.jobs.state.ExecutorState;
import parrot.jobs.state.ReplicaOutcome;
import parrot.model.dl4j.ParrotGraph;
import parrot.model.exchange.StateLayout;
import parrot.model.network.Tally;

/**
 * A DL4J master for which a call of {@code fitPaths} is one round: each partition of the RDD is the
 * {@link ReplicaPlan} of a replica, which trains on an executor from the state that the executors
 * hold; they reduce what all come back with into the next state. The driver's graph says at which
 * step the round begins and how the router is steered; its parameters mean nothing.
 */
public final class RoundMaster
    implements TrainingMaster<TrainingResult, TrainingWorker<TrainingResult>> {
  private final RoundSettings settings;
  private ExecutorState state;
  private RoundRunner.Summary last;

  /**
   * @param state to begin with; closed by the first round
   */
  public RoundMaster(RoundSettings settings, ExecutorState state) {
    this.settings = settings;
    this.state = state;
  }

  /** After the last round. */
  ExecutorState state() {
    return state;
  }

  /** Of the last round. */
  RoundRunner.Summary last() {
    return last;
  }

  @Override
  public void executeTrainingPaths(
      SparkDl4jMultiLayer none,
      SparkComputationGraph spark,
      JavaRDD<String> plans,
      DataSetLoader unused,
      MultiDataSetLoader loader) {
    if (spark == null) {
      throw unsupported();
    }
    ComputationGraph graph = spark.getNetwork();
    TrainReplica work =
        new TrainReplica(
            settings.network(),
            settings.optimizer(),
            settings.layout(),
            settings.averaging().exchange(),
            graph.getIterationCount(),
            ParrotGraph.vertex(graph).routing(),
            loader);
    boolean keepsResiduals = settings.averaging().exchange().keepsResidual();
    ExecutorState.Next next = state.next(plans, work, settings.mixing(), keepsResiduals);
    try {
      last = summary(next.chunks(), plans.getNumPartitions());
    } catch (RuntimeException e) {
      next.state().close();
      throw e;
    }
    state.close();
    state = next.state();
    graph.getConfiguration().setIterationCount(graph.getIterationCount() + last.steps());
  }

  private RoundRunner.Summary summary(List<ChunkOutcome> chunks, int replicas) {
    List<ReplicaOutcome> reports =
        chunks.stream().flatMap(chunk -> chunk.replicas().stream()).toList();
    if (reports.size() != replicas) {
      throw new IllegalStateException(
          "Cannot average: " + reports.size() + " replicas came back (expected " + replicas + ")");
    }
    List<String> failures =
        reports.stream().map(ReplicaOutcome::failure).flatMap(Optional::stream).toList();
    requireQuorum(reports, failures);
    Tally tally = new Tally();
    int steps = 0;
    for (ReplicaOutcome report : reports) {
      if (report.divergence() == null) {
        tally.add(report.tally());
        steps = Math.max(steps, report.tally().steps());
      }
    }
    return new RoundRunner.Summary(
        tally,
        tally.meanLoss(),
        steps,
        reports,
        replicas * bytes(settings.layout()),
        chunks.stream().mapToLong(ChunkOutcome::bytesIn).sum(),
        chunks.stream().mapToLong(ChunkOutcome::began).min().orElse(0),
        chunks.stream().mapToLong(ChunkOutcome::ended).max().orElse(0),
        failures);
  }

  private void requireQuorum(List<ReplicaOutcome> reports, List<String> failures) {
    if (failures.isEmpty()) {
      return;
    }
    if (settings.averaging().onDivergence() == TrainConfig.OnDivergence.FAIL) {
      throw new DivergedException(failures.get(0));
    }
    long useful =
        reports.stream()
            .filter(report -> report.divergence() == null && report.examples() > 0)
            .count();
    int minimum = settings.averaging().minimumReplicas();
    if (useful < minimum) {
      throw new DivergedException(
          useful
              + " replicas are left of at least "
              + minimum
              + " (minimum_replicas): "
              + String.join("; ", failures));
    }
  }

  private static long bytes(StateLayout layout) {
    return Float.BYTES * (layout.parameters() + layout.moments());
  }

  private static UnsupportedOperationException unsupported() {
    return new UnsupportedOperationException(
        "Cannot train: this master takes the plans of replicas, by"
            + " SparkComputationGraph.fitPaths(JavaRDD, MultiDataSetLoader)");
  }

  @Override
  public void executeTraining(SparkDl4jMultiLayer network, JavaRDD<DataSet> data) {
    throw unsupported();
  }

  @Override
  public void executeTraining(SparkComputationGraph graph, JavaRDD<DataSet> data) {
    throw unsupported();
  }

  @Override
  public void executeTrainingMDS(SparkComputationGraph graph, JavaRDD<MultiDataSet> data) {
    throw unsupported();
  }

  @Override
  public TrainingWorker<TrainingResult> getWorkerInstance(SparkDl4jMultiLayer network) {
    throw unsupported();
  }

  @Override
  public TrainingWorker<TrainingResult> getWorkerInstance(SparkComputationGraph graph) {
    throw unsupported();
  }

  @Override
  public void addHook(TrainingHook hook) {
    throw unsupported();
  }

  @Override
  public void removeHook(TrainingHook hook) {
    throw unsupported();
  }

  @Override
  public String toJson() {
    throw unsupported();
  }

  @Override
  public String toYaml() {
    throw unsupported();
  }

  /** Times are part of every round's metrics. */
  @Override
  public void setCollectTrainingStats(boolean collect) {}

  @Override
  public boolean getIsCollectTrainingStats() {
    return false;
  }

  @Override
  public SparkTrainingStats getTrainingStats() {
    return null;
  }

  /** Replicas have none. */
  @Override
  public void setListeners(Collection<TrainingListener> listeners) {}

  @Override
  public void setListeners(StatsStorageRouter router, Collection<TrainingListener> listeners) {}

  /** There are none. */
  @Override
  public boolean deleteTempFiles(JavaSparkContext spark) {
    return true;
  }

  @Override
  public boolean deleteTempFiles(SparkContext spark) {
    return true;
  }
}
