package parrot.model.kernel;

import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;
import parrot.model.tensor.Tensor;

/** Of kernels that have computed what they were asked for when they return. */
record DirectReadout(Kernels kernels) implements Readout {
  @Override
  public Supplier<float[]> values(Tensor x) {
    float[] values = x.toArray();
    return () -> values;
  }

  @Override
  public DoubleSupplier sumOfSquares(Stream<Tensor> tensors) {
    double sum = tensors.mapToDouble(kernels::sumOfSquares).reduce(0, Double::sum);
    return () -> sum;
  }

  @Override
  public void read() {}
}
