package parrot.jobs.round;

import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.deeplearning4j.core.loader.DataSetLoader;
import org.deeplearning4j.core.loader.MultiDataSetLoader;
import org.deeplearning4j.core.storage.StatsStorageRouter;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
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

/**
 * DL4J's door to a round: a training master for which a call of {@link
 * SparkComputationGraph#fitPaths} is one round. DL4J hands texts to its masters, so the plan itself
 * does not pass through it; the texts are the replicas' numbers. The graph that DL4J asks for is
 * never trained, and has one parameter.
 */
final class RoundMaster implements TrainingMaster<TrainingResult, TrainingWorker<TrainingResult>> {
  private final JavaSparkContext spark;
  private final Function<RoundPlan, RoundOutcome> round;
  private final SparkComputationGraph graph;
  private RoundPlan plan;
  private RoundOutcome outcome;

  /**
   * @param round trains replicas and averages them
   */
  RoundMaster(JavaSparkContext spark, Function<RoundPlan, RoundOutcome> round) {
    this.spark = spark;
    this.round = round;
    this.graph = new SparkComputationGraph(spark, new ComputationGraph(oneParameter()), this);
  }

  private static ComputationGraphConfiguration oneParameter() {
    return new NeuralNetConfiguration.Builder()
        .graphBuilder()
        .addInputs("in")
        .addLayer("out", new DenseLayer.Builder().nIn(1).nOut(1).hasBias(false).build(), "in")
        .setOutputs("out")
        .build();
  }

  /** Has DL4J start a round. */
  RoundOutcome run(RoundPlan next) {
    plan = next;
    List<String> numbers = plan.replicas().stream().map(replica -> "" + replica.replica()).toList();
    graph.fitPaths(spark.parallelize(numbers, numbers.size()), (MultiDataSetLoader) null);
    return outcome;
  }

  /** The graph on the driver. */
  ComputationGraph graph() {
    return graph.getNetwork();
  }

  @Override
  public void executeTrainingPaths(
      SparkDl4jMultiLayer none,
      SparkComputationGraph caller,
      JavaRDD<String> numbers,
      DataSetLoader unused,
      MultiDataSetLoader unusedToo) {
    if (caller != graph) {
      throw unsupported();
    }
    outcome = round.apply(plan);
  }

  private static UnsupportedOperationException unsupported() {
    return new UnsupportedOperationException(
        "Cannot train: this master runs the rounds of ExecutorRounds alone");
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
