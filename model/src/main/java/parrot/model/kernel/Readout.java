package parrot.model.kernel;

import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;
import parrot.model.tensor.Tensor;

/**
 * What the host wants to know of a step, read together at its end: so a device is waited for once.
 * What is asked for must keep its values until it is read.
 */
public interface Readout {

  /**
   * Asks for values.
   *
   * @param x of either type
   * @return as float32 in row-major order, once {@link #read} has been called
   */
  Supplier<float[]> values(Tensor x);

  /**
   * Asks for the sum of the squares of some tensors, in double precision, one after the other.
   *
   * @return the sum, once {@link #read} has been called
   */
  DoubleSupplier sumOfSquares(Stream<Tensor> tensors);

  /** Waits for all that was asked for. */
  void read();
}
