package parrot.model.dl4j;

import java.util.function.DoubleSupplier;
import parrot.model.kernel.Readout;
import parrot.model.network.Parameter;
import parrot.model.tensor.Tensor;

/** Gradients in one float32 vector. */
record FloatGradients(FloatVector vector) implements Gradients {
  @Override
  public Tensor of(Parameter parameter) {
    return vector.tensor(parameter);
  }

  @Override
  public DoubleSupplier squares(Readout readout) {
    return readout.sumOfSquares(vector.windowStarts().mapToObj(vector::windowFrom));
  }
}
