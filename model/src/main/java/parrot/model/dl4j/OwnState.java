package parrot.model.dl4j;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;
import parrot.model.kernel.Readout;
import parrot.model.network.Parameter;
import parrot.model.network.TrainedMemory;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Master;
import parrot.model.tensor.Memory;
import parrot.model.tensor.Tensor;

/**
 * Memory of a vertex, the host's or a device's. Gradients and moments take none before training.
 */
final class OwnState implements ReplicaState {
  private final List<ParameterBlock> blocks;
  private final StateFormat format;
  private final ElementType factorType;
  private final Memory memory;
  private final Map<Parameter, Master> values = new LinkedHashMap<>();
  private final PiecewiseVector parameters;
  private final TrainedMemory forward = new Views(null);
  private Gradients gradients;
  private TrainedMemory training;
  private Moments moments;

  /**
   * @param blocks of all parameters
   * @param factorType that products take
   * @param memory that it is to lie in
   */
  OwnState(List<ParameterBlock> blocks, StateFormat format, ElementType factorType, Memory memory) {
    this.blocks = blocks;
    this.format = format;
    this.factorType = factorType;
    this.memory = memory;
    blocks.forEach(
        block ->
            block.parameters().forEach(parameter -> values.put(parameter, allocate(parameter))));
    parameters = new PiecewiseVector(values.values().stream().map(Piece.Values::new).toList());
  }

  private Master allocate(Parameter parameter) {
    int rows = parameter.rows();
    int columns = parameter.columns();
    return factorType == ElementType.BF16 && parameter.factor()
        ? Master.split(
            Tensor.allocate(memory, ElementType.BF16, rows, columns),
            Tensor.allocate(memory, ElementType.BF16, rows, columns))
        : Master.whole(Tensor.allocate(memory, ElementType.F32, rows, columns));
  }

  /** Views of what this holds. */
  private final class Views implements TrainedMemory {
    private final Gradients gradients; // null for forward passes alone

    Views(Gradients gradients) {
      this.gradients = gradients;
    }

    @Override
    public Master values(Parameter parameter) {
      return values.get(parameter);
    }

    @Override
    public Tensor gradients(Parameter parameter) {
      return gradients == null ? null : gradients.of(parameter);
    }
  }

  @Override
  public StateVector parameters() {
    return parameters;
  }

  @Override
  public Moments moments() {
    if (moments == null) {
      moments =
          format.eightBitMoments()
              ? new EightBitMoments(blocks, memory)
              : new FloatMoments(FloatVector.allocate(memory, 2 * parameters.length()));
    }
    return moments;
  }

  @Override
  public TrainedMemory memory(boolean learns) {
    if (!learns) {
      return forward;
    }
    gradients();
    return training;
  }

  @Override
  public DoubleSupplier squaredGradients(Readout readout) {
    return gradients().squares(readout);
  }

  private Gradients gradients() {
    if (gradients == null) {
      boolean rounded = format.roundedGradients() && factorType == ElementType.BF16;
      gradients =
          rounded
              ? new RoundedGradients(values.keySet(), memory)
              : new FloatGradients(FloatVector.allocate(memory, parameters.length()));
      training = new Views(gradients);
    }
    return gradients;
  }
}
