package parrot.model.kernel;

/**
 * Which values of a matrix are dropped. Seed and place decide alone, on every device: of the hash
 * of four neighbouring places, each has 16 bits, and is dropped if they are below its share.
 *
 * @param below of 65536
 */
public record DropMask(long seed, int below) {
  private static final double PLACES = 1 << 16;

  /**
   * @param share of the values, from 0 to below 1
   */
  public static DropMask of(long seed, double share) {
    if (!(share >= 0 && share < 1)) {
      throw new IllegalArgumentException(
          "Cannot drop: share %s (must be from 0 to below 1)".formatted(share));
    }
    return new DropMask(seed, (int) Math.min(PLACES - 1, Math.rint(share * PLACES)));
  }

  /** By what the values that stay are multiplied, so that the expected value stays. */
  public float scale() {
    return (float) (PLACES / (PLACES - below));
  }

  /**
   * @param place row times columns plus column
   */
  public boolean drops(long place) {
    return drops(bits(place), place);
  }

  /** As above, with the bits that the place has in common with its neighbours. */
  public boolean drops(long bits, long place) {
    return (bits >>> 16 * (int) (place & 3) & 0xffff) < below;
  }

  /** Of a place and those that differ from it in the last two bits: SplitMix64's hash. */
  public long bits(long place) {
    long z = seed + ((place >>> 2) + 1) * 0x9e3779b97f4a7c15L;
    z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
    z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
    return z ^ z >>> 31;
  }
}
