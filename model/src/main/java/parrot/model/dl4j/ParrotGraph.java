package parrot.model.dl4j;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.NoOp;
import parrot.model.network.Parameter;

/** Builds and inspects the DL4J graph of a network: one vertex that computes, one that ends it. */
public final class ParrotGraph {
  /** DL4J keeps the length of the updater's state, two moments of each parameter, as an int. */
  public static final long MOST_TRAINED = Integer.MAX_VALUE / 2;

  private static final String NETWORK = "parrot";
  private static final String LOSS = "loss";

  private ParrotGraph() {}

  /** The configuration of a graph; JSON carries it to executors. */
  public static ComputationGraphConfiguration configuration(
      NetworkSpec network, OptimizerSpec optimizer) {
    String[] inputs = BatchBridge.INPUTS.toArray(String[]::new);
    return new NeuralNetConfiguration.Builder()
        .dataType(DataType.FLOAT)
        .miniBatch(false)
        .updater(new NoOp())
        .trainingWorkspaceMode(WorkspaceMode.NONE)
        .inferenceWorkspaceMode(WorkspaceMode.NONE)
        .graphBuilder()
        .addInputs(inputs)
        .addVertex(NETWORK, new ParrotVertex(network, optimizer), inputs)
        .addLayer(LOSS, new LossOutput(), NETWORK)
        .setOutputs(LOSS)
        .validateOutputLayerConfig(false)
        .build();
  }

  /** A graph with the starting weights of its model folder. */
  public static ComputationGraph create(NetworkSpec network, OptimizerSpec optimizer) {
    ComputationGraph graph = new ComputationGraph(configuration(network, optimizer));
    graph.init();
    return graph;
  }

  /**
   * A graph whose parameters are all zero, for values that come from elsewhere: no weight is read,
   * and frozen ones only when it computes.
   */
  public static ComputationGraph blank(NetworkSpec network, OptimizerSpec optimizer) {
    ComputationGraph graph = new ComputationGraph(configuration(network, optimizer));
    long parameters = graph.getConfiguration().getVertices().get(NETWORK).numParams(true);
    graph.init(Nd4j.create(DataType.FLOAT, 1, parameters), false);
    return graph;
  }

  /** The vertex that computes. */
  public static ParrotGraphVertex vertex(ComputationGraph graph) {
    return (ParrotGraphVertex) graph.getVertex(NETWORK);
  }

  /** Learning rate of the next step, of parts that have none of their own. */
  public static double learningRate(OptimizerSpec optimizer, int iteration) {
    return optimizer.schedule().valueAt(iteration, 0);
  }

  /** Learning rates of the next step by the key of the group, of groups that have their own. */
  public static Map<String, Double> ownLearningRates(OptimizerSpec optimizer, int iteration) {
    Map<String, Double> rates = new TreeMap<>();
    optimizer
        .schedules()
        .forEach((group, own) -> rates.put(group.key(), own.valueAt(iteration, 0)));
    return rates;
  }

  /**
   * Numbers of neighbouring parameters that learn alike. The moments of each block lie together,
   * first ones before second ones.
   */
  public static List<Long> momentBlocks(OptimizerSpec optimizer, List<Parameter> parameters) {
    return ParameterBlock.of(optimizer, parameters).stream().map(ParameterBlock::length).toList();
  }

  /** Frees the networks of this JVM that no step is using; they open again on demand. */
  public static void releaseNetworks() {
    NetworkPool.closeAll();
  }
}
