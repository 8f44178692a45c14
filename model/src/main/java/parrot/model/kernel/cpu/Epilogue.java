package parrot.model.kernel.cpu;

import parrot.model.kernel.Activation;
import parrot.model.tensor.Tensor;

/**
 * What happens to a product before it is stored: bias, then activation.
 *
 * @param bias [1, columns] float32, or null
 * @param activation or null
 */
record Epilogue(Tensor bias, Activation activation) {
  static final Epilogue NONE = new Epilogue(null, null);

  /** The same for some columns of the product. */
  Epilogue columns(int from, int to) {
    return bias == null ? this : new Epilogue(bias.columns(from, to), activation);
  }

  boolean isNone() {
    return bias == null && activation == null;
  }
}
