package parrot.datasets.shapes;

/** Seven fills, far from one another and from the pale backgrounds. */
public enum ShapeColor {
  RED(0xD81E28),
  GREEN(0x1E9632),
  BLUE(0x1E46D2),
  YELLOW(0xF0D200),
  ORANGE(0xFA8214),
  PURPLE(0x8C32AA),
  BLACK(0x141414);

  private final int rgb;

  ShapeColor(int rgb) {
    this.rgb = rgb;
  }

  /** The fill as {@code 0xRRGGBB}. */
  public int rgb() {
    return rgb;
  }
}
