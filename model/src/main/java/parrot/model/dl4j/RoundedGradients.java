package parrot.model.dl4j;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import parrot.model.kernel.Kernels;
import parrot.model.network.Parameter;
import parrot.model.tensor.ElementType;
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

  RoundedGradients(Collection<Parameter> parameters) {
    for (Parameter parameter : parameters) {
      ElementType type = rounds(parameter) ? ElementType.BF16 : ElementType.F32;
      tensors.put(parameter, Tensor.allocate(type, parameter.rows(), parameter.columns()));
    }
  }

  static boolean rounds(Parameter parameter) {
    return parameter.factor() && !ADDED_UP.contains(parameter.name());
  }

  @Override
  public Tensor of(Parameter parameter) {
    return tensors.get(parameter);
  }

  @Override
  public double squares(Kernels kernels) {
    return tensors.values().stream()
        .flatMap(tensor -> tensor.windows().stream())
        .mapToDouble(kernels::sumOfSquares)
        .reduce(0, Double::sum);
  }
}
