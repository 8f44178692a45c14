package parrot.model.dl4j;

import parrot.model.kernel.Kernels;
import parrot.model.network.Parameter;
import parrot.model.tensor.Tensor;

/** Gradients of what is trained. */
interface Gradients {
  /** Of one tensor, [rows, columns]. */
  Tensor of(Parameter parameter);

  /** The sum of the squares of all. */
  double squares(Kernels kernels);
}
