package parrot.model.layer;

import parrot.model.kernel.Kernels;
import parrot.model.tensor.Master;
import parrot.model.tensor.Tensor;

/**
 * A parameter as a layer sees it. Its memory is chosen outside: trained parameters are views of the
 * flat vectors and may move, frozen ones stay.
 */
public final class Weight {
  private final String name;
  private final int rows;
  private final int columns;
  private Master values;
  private Tensor gradient;
  private boolean holdsGradient;

  /**
   * @param name published tensor name
   * @param rows first dimension; 1 for vectors
   * @param columns product of the other dimensions
   */
  public Weight(String name, int rows, int columns) {
    this.name = name;
    this.rows = rows;
    this.columns = columns;
  }

  /**
   * Places the parameter in memory.
   *
   * @param values the parameter, [rows, columns]; {@code whole} may be bfloat16 if it is frozen
   * @param gradient null if none is wanted
   */
  public void place(Master values, Tensor gradient) {
    this.values = values;
    this.gradient = gradient;
  }

  public String name() {
    return name;
  }

  public int rows() {
    return rows;
  }

  public int columns() {
    return columns;
  }

  /** [rows, columns], in whatever form. */
  public Master values() {
    return values;
  }

  /** [rows, columns], of what never enters products of bfloat16; float32 if it is trained. */
  public Tensor value() {
    return values.whole();
  }

  /** [rows, columns], to enter products. */
  public Tensor factor() {
    return values.factor();
  }

  public boolean isTrained() {
    return gradient != null;
  }

  /** Begins a step: whatever the gradient's memory holds is of the last one. */
  public void forgetGradient() {
    holdsGradient = false;
  }

  /** [rows, columns] to add to: zero at first. Null if the parameter is frozen. */
  public Tensor gradient(Kernels kernels) {
    if (gradient != null && !holdsGradient) {
      kernels.fill(gradient, 0);
      holdsGradient = true;
    }
    return gradient;
  }

  /** Adds {@code dy^T x} to the gradient; the first product of a step overwrites it. */
  void addProduct(Kernels kernels, Tensor dy, Tensor x) {
    kernels.matmul(gradient, dy, true, x, false, holdsGradient ? 1 : 0);
    holdsGradient = true;
  }
}
