package parrot.model.layer;

import parrot.model.tensor.Tensor;

/**
 * A parameter as a layer sees it. Where the memory lies is decided outside: trained parameters are
 * views of the flat vectors and may move, frozen ones stay.
 */
public final class Weight {
  private final String name;
  private final int rows;
  private final int columns;
  private Tensor value;
  private Tensor gradient;

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

  /** Places the parameter in memory; {@code gradient} is null where none is wanted. */
  public void place(Tensor value, Tensor gradient) {
    this.value = value;
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

  /** [rows, columns]. */
  public Tensor value() {
    return value;
  }

  /** [rows, columns], or null where the parameter is frozen. */
  public Tensor gradient() {
    return gradient;
  }

  public boolean isTrained() {
    return gradient != null;
  }
}
