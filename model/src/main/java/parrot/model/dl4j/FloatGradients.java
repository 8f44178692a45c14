package parrot.model.dl4j;

import parrot.model.kernel.Kernels;
import parrot.model.network.Parameter;
import parrot.model.tensor.Tensor;

/** Gradients in one float32 vector. */
record FloatGradients(FloatVector vector) implements Gradients {
  @Override
  public Tensor of(Parameter parameter) {
    return vector.tensor(parameter);
  }

  @Override
  public double squares(Kernels kernels) {
    return vector
        .windowStarts()
        .mapToDouble(start -> kernels.sumOfSquares(vector.windowFrom(start)))
        .reduce(0, Double::sum);
  }
}
