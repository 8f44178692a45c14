package parrot.jobs.round;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.spark.api.Repartition;
import org.deeplearning4j.spark.impl.graph.SparkComputationGraph;
import org.deeplearning4j.spark.impl.paramavg.ParameterAveragingTrainingMaster;
import parrot.jobs.checkpoint.CheckpointReader;
import parrot.jobs.config.TrainConfig;
import parrot.jobs.state.ChunkOutcome;
import parrot.jobs.state.ExecutorState;
import parrot.jobs.state.StateChunk;
import parrot.model.dl4j.ParrotGraph;
import parrot.model.exchange.StateLayout;
import parrot.model.layer.Routing;
import parrot.model.network.Tally;

/**
 * Rounds of DL4J's own master, for comparison: the driver's graph holds the state, and nothing is
 * known of a round but its loss. Each round's steps are given to it as one pass over its data.
 */
public final class Dl4jRounds implements RoundRunner {
  private final JavaSparkContext spark;
  private final StateLayout layout;
  private final MinibatchLoader loader;
  private final TrainConfig config;
  private final SparkComputationGraph graph;

  /**
   * @param state to begin with, read to the driver
   */
  public Dl4jRounds(
      JavaSparkContext spark,
      RoundSettings settings,
      TrainConfig config,
      MinibatchLoader loader,
      CheckpointReader state) {
    this.spark = spark;
    this.layout = settings.layout();
    this.loader = loader;
    this.config = config;
    ComputationGraph network = ParrotGraph.blank(settings.network(), settings.optimizer());
    for (int i = 0; i < layout.count(); i++) {
      GraphRestore.memory(network, layout.chunk(i)).put(0, state.chunk(i).values());
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
  public Summary train(List<ReplicaPlan> plans, int iteration, Routing routing) {
    graph.getNetwork().getConfiguration().setIterationCount(iteration);
    List<String> minibatches = plans.stream().flatMap(p -> p.minibatches().stream()).toList();
    int steps = plans.stream().mapToInt(plan -> plan.minibatches().size()).max().orElse(0);
    graph.fitPaths(spark.parallelize(minibatches, plans.size()), loader);
    return new Summary(new Tally(), graph.getScore(), steps, List.of(), 0, 0, 0, 0, List.of());
  }

  @Override
  public ExecutorState state() {
    ComputationGraph network = graph.getNetwork();
    List<StateChunk> chunks = new ArrayList<>();
    for (int i = 0; i < layout.count(); i++) {
      ByteBuffer memory = GraphRestore.memory(network, layout.chunk(i));
      byte[] values = new byte[memory.remaining()];
      memory.get(0, values);
      chunks.add(new StateChunk(i, values, new byte[0], ChunkOutcome.NONE));
    }
    return ExecutorState.of(spark, layout, chunks);
  }

  @Override
  public void close() {}
}
