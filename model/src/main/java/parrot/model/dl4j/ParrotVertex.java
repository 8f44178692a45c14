package parrot.model.dl4j;

import java.util.Objects;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.nn.conf.memory.MemoryReport;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonAutoDetect;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Configuration of the vertex that holds the whole network. Inputs are those of {@link
 * BatchBridge}, the output is each sample's share of the mean loss, [B, 1].
 */
@JsonAutoDetect(
    fieldVisibility = JsonAutoDetect.Visibility.NONE,
    getterVisibility = JsonAutoDetect.Visibility.NONE,
    isGetterVisibility = JsonAutoDetect.Visibility.NONE,
    setterVisibility = JsonAutoDetect.Visibility.NONE)
public final class ParrotVertex extends GraphVertex {
  private static final long serialVersionUID = 1L;

  /** DL4J trains nothing that has no parameters; beside a state of its own, the vertex has one. */
  private static final int HELD_BY_DL4J = 1;

  @JsonProperty private final NetworkSpec network;
  @JsonProperty private final OptimizerSpec optimizer;

  @JsonCreator
  public ParrotVertex(
      @JsonProperty("network") NetworkSpec network,
      @JsonProperty("optimizer") OptimizerSpec optimizer) {
    this.network = Objects.requireNonNull(network);
    this.optimizer = Objects.requireNonNull(optimizer);
  }

  public NetworkSpec network() {
    return network;
  }

  public OptimizerSpec optimizer() {
    return optimizer;
  }

  @Override
  public GraphVertex clone() {
    return this;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ParrotVertex vertex
        && network.equals(vertex.network)
        && optimizer.equals(vertex.optimizer);
  }

  @Override
  public int hashCode() {
    return Objects.hash(network, optimizer);
  }

  /** Opens the model folder if this JVM has not yet. */
  @Override
  public long numParams(boolean backprop) {
    return network.state().own() ? HELD_BY_DL4J : NetworkPool.of(network).parameterCount();
  }

  @Override
  public int minVertexInputs() {
    return BatchBridge.INPUTS.size();
  }

  @Override
  public int maxVertexInputs() {
    return BatchBridge.INPUTS.size();
  }

  @Override
  public org.deeplearning4j.nn.graph.vertex.GraphVertex instantiate(
      ComputationGraph graph,
      String name,
      int index,
      INDArray parameters,
      boolean initialize,
      DataType type) {
    return new ParrotGraphVertex(this, graph, name, index, parameters, initialize, type);
  }

  @Override
  public InputType getOutputType(int layerIndex, InputType... inputs) {
    return InputType.feedForward(1);
  }

  @Override
  public MemoryReport getMemoryReport(InputType... inputs) {
    InputType output = getOutputType(0, inputs);
    return new LayerMemoryReport.Builder("parrot", ParrotVertex.class, output, output)
        .standardMemory(numParams(true), 2 * numParams(true))
        .workingMemory(0, 0, 0, 0)
        .cacheMemory(MemoryReport.CACHE_MODE_ALL_ZEROS, MemoryReport.CACHE_MODE_ALL_ZEROS)
        .build();
  }
}
