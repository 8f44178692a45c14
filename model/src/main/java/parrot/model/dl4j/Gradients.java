package parrot.model.dl4j;

import java.util.function.DoubleSupplier;
import parrot.model.kernel.Readout;
import parrot.model.network.Parameter;
import parrot.model.tensor.Tensor;

/** Gradients of what is trained. */
interface Gradients {
  /** Of one tensor, [rows, columns]. */
  Tensor of(Parameter parameter);

  /** The sum of the squares of all, once it is read. */
  DoubleSupplier squares(Readout readout);
}
