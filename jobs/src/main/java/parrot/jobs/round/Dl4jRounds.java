package parrot.jobs.round;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.deeplearning4j.core.loader.MultiDataSetLoader;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.spark.api.Repartition;
import org.deeplearning4j.spark.impl.graph.SparkComputationGraph;
import org.deeplearning4j.spark.impl.paramavg.ParameterAveragingTrainingMaster;
import parrot.datasets.order.Minibatch;
import parrot.jobs.checkpoint.CheckpointReader;
import parrot.jobs.config.TrainConfig;
import parrot.jobs.state.ChunkOutcome;
import parrot.jobs.state.ExecutorState;
import parrot.jobs.state.StateChunk;
import parrot.model.dl4j.ParrotGraph;
import parrot.model.exchange.StateLayout;

/**
 * Rounds of DL4J's own master, for comparison. The driver's graph holds the state; a round is one
 * pass of the master over the round's minibatches, which travel as text. Only the loss of a round
 * is known.
 */
public final class Dl4jRounds implements RoundRunner {
  private final JavaSparkContext spark;
  private final StateLayout layout;
  private final RowLoader loader;
  private final TrainConfig config;
  private final SparkComputationGraph graph;

  /**
   * @param state to begin with, which the driver reads
   */
  public Dl4jRounds(
      JavaSparkContext spark,
      RoundSettings settings,
      TrainConfig config,
      RowLoader loader,
      CheckpointReader state) {
    this.spark = spark;
    this.layout = settings.layout();
    this.loader = loader;
    this.config = config;
    ComputationGraph network = ParrotGraph.blank(settings.network(), settings.optimizer());
    for (int i = 0; i < layout.count(); i++) {
      GraphRestore.write(network, layout.chunk(i), state.chunk(i).values());
    }
    this.graph = new SparkComputationGraph(spark, network, master());
  }

  private ParameterAveragingTrainingMaster master() {
    return new ParameterAveragingTrainingMaster.Builder(
            config.rounds().replicas(), config.rounds().batchSize())
        .batchSizePerWorker(config.rounds().batchSize())
        .averagingFrequency(config.rounds().averageEvery())
        .workerPrefetchNumBatches(0)
        .repartionData(Repartition.Never)
        .build();
  }

  @Override
  public RoundOutcome run(RoundPlan plan) {
    graph.getNetwork().getConfiguration().setIterationCount(plan.iteration());
    List<String> texts =
        plan.replicas().stream()
            .flatMap(replica -> replica.minibatches().stream())
            .map(Minibatch::toString)
            .toList();
    RowLoader rows = loader; // a lambda must not capture this
    graph.fitPaths(
        spark.parallelize(texts, plan.replicas().size()),
        (MultiDataSetLoader) source -> rows.load(Minibatch.parse(source.getPath())));
    return RoundOutcome.unknown(plan, graph.getScore());
  }

  @Override
  public ExecutorState state() {
    ComputationGraph network = graph.getNetwork();
    List<StateChunk> chunks = new ArrayList<>();
    for (int i = 0; i < layout.count(); i++) {
      ByteBuffer memory = GraphRestore.read(network, layout.chunk(i));
      byte[] values = new byte[memory.remaining()];
      memory.get(0, values);
      chunks.add(new StateChunk(i, values, new byte[0], ChunkOutcome.NONE));
    }
    return ExecutorState.of(spark, layout, chunks);
  }

  @Override
  public void close() {}
}
