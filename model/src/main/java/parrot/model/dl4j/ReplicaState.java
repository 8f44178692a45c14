package parrot.model.dl4j;

import java.util.function.DoubleSupplier;
import parrot.model.kernel.Readout;
import parrot.model.network.TrainedMemory;

/**
 * What a replica trains: n parameters, their gradients and moments. DL4J's flat vectors hold it, or
 * memory of its own, the host's or a device's, which has no largest size and may be smaller, see
 * {@link StateFormat}. Both are read and written as float32 in the same order.
 */
public interface ReplicaState {
  /** The trained tensors, one after the other, [n]. */
  StateVector parameters();

  /** Of AdamW, [2 n], as {@link ParameterBlock} cuts them; zero before the first step. */
  Moments moments();

  /**
   * Where a network finds it all.
   *
   * @param learns whether gradients are wanted
   */
  TrainedMemory memory(boolean learns);

  /** The sum of the squares of a training step's gradients, once it is read. */
  DoubleSupplier squaredGradients(Readout readout);
}
