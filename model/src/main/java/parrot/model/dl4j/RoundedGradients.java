package parrot.model.dl4j;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.DoubleSupplier;
import java.util.stream.Stream;
import parrot.model.kernel.Readout;
import parrot.model.network.Parameter;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Memory;
import parrot.model.tensor.Tensor;
import parrot.model.weights.TensorNames;

/**
 * Gradients of which those of matrices in layers are bfloat16: a sum of products in float32,
 * rounded once, to the nearest, ties to even. What is added up in several steps stays float32:
 * embedding and head, norms, biases.
 */
final class RoundedGradients implements Gradients {
  private static final Set<String> ADDED_UP = Set.of(TensorNames.EMBEDDING, TensorNames.HEAD);

  private final Map<Parameter, Tensor> tensors = new LinkedHashMap<>();

  /**
   * @param memory that they are to lie in
   */
  RoundedGradients(Collection<Parameter> parameters, Memory memory) {
    for (Parameter parameter : parameters) {
      ElementType type = rounds(parameter) ? ElementType.BF16 : ElementType.F32;
      tensors.put(parameter, Tensor.allocate(memory, type, parameter.rows(), parameter.columns()));
    }
  }

  /** In pieces that the host's kernels take. */
  private static Stream<Tensor> readable(Tensor tensor) {
    return tensor.memory().isHost() ? tensor.windows().stream() : Stream.of(tensor);
  }

  static boolean rounds(Parameter parameter) {
    return parameter.factor() && !ADDED_UP.contains(parameter.name());
  }

  @Override
  public Tensor of(Parameter parameter) {
    return tensors.get(parameter);
  }

  @Override
  public DoubleSupplier squares(Readout readout) {
    return readout.sumOfSquares(tensors.values().stream().flatMap(RoundedGradients::readable));
  }
}
