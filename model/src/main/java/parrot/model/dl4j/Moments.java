package parrot.model.dl4j;

import parrot.model.kernel.Kernels;
import parrot.model.network.Parameter;
import parrot.model.tensor.Tensor;

/** AdamW's moments, [2 n], as {@link ParameterBlock} cuts them; zero before the first step. */
public interface Moments extends StateVector {

  /** What is done with a part of a parameter's moments. */
  @FunctionalInterface
  interface Change {
    /**
     * @param from the first value of the part within its parameter
     * @param first moments of the part, [1, n] float32
     * @param second moments of the part, [1, n] float32
     */
    void part(long from, Tensor first, Tensor second);
  }

  /**
   * Whether a value depends on those beside it. Then all must be cleared before they are written,
   * so that what comes of it does not depend on what was here.
   */
  default boolean sharesScales() {
    return false;
  }

  /**
   * Has the moments of a parameter changed, part by part.
   *
   * @param block that the parameter is in
   */
  void change(ParameterBlock block, Parameter parameter, Kernels kernels, Change change);
}
