package parrot.datasets.shapes;

/** Two sizes that are easy to tell apart. */
public enum ShapeSize {
  SMALL(0.22),
  LARGE(0.40);

  private final double diameter;

  ShapeSize(double diameter) {
    this.diameter = diameter;
  }

  /** Mean diameter in image widths. */
  public double diameter() {
    return diameter;
  }
}
