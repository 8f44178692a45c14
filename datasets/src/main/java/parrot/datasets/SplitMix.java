package parrot.datasets;

/**
 * The mixing function of SplitMix64 (Steele, Lea and Flood: Fast Splittable Pseudorandom Number
 * Generators, 2014). What is stored depends on its values, so it is written out.
 */
public final class SplitMix {
  /** What the generator's state grows by from number to number. */
  public static final long STEP = 0x9e3779b97f4a7c15L;

  private SplitMix() {}

  /** Another number for each number, which looks random. */
  public static long mix(long value) {
    long z = value + STEP;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
