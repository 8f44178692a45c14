package parrot.model.dl4j;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import parrot.model.kernel.Kernels;
import parrot.model.network.Parameter;
import parrot.model.network.TrainedMemory;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Master;
import parrot.model.tensor.Tensor;

/** Memory of a vertex. Gradients and moments take none before training. */
final class OwnState implements ReplicaState {
  private final List<ParameterBlock> blocks;
  private final StateFormat format;
  private final ElementType factorType;
  private final Map<Parameter, Master> values = new LinkedHashMap<>();
  private final PiecewiseVector parameters;
  private final TrainedMemory forward = new Memory(null);
  private Gradients gradients;
  private TrainedMemory training;
  private Moments moments;

  /**
   * @param blocks of all parameters
   * @param factorType that products take
   */
  OwnState(List<ParameterBlock> blocks, StateFormat format, ElementType factorType) {
    this.blocks = blocks;
    this.format = format;
    this.factorType = factorType;
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
            Tensor.allocate(ElementType.BF16, rows, columns),
            Tensor.allocate(ElementType.BF16, rows, columns))
        : Master.whole(Tensor.allocate(rows, columns));
  }

  /** Views of what this holds. */
  private final class Memory implements TrainedMemory {
    private final Gradients gradients; // null for forward passes alone

    Memory(Gradients gradients) {
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
              ? new EightBitMoments(blocks)
              : new FloatMoments(FloatVector.allocate(2 * parameters.length()));
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
  public double squaredGradients(Kernels kernels) {
    return gradients().squares(kernels);
  }

  private Gradients gradients() {
    if (gradients == null) {
      boolean rounded = format.roundedGradients() && factorType == ElementType.BF16;
      gradients =
          rounded
              ? new RoundedGradients(values.keySet())
              : new FloatGradients(FloatVector.allocate(parameters.length()));
      training = new Memory(gradients);
    }
    return gradients;
  }
}
