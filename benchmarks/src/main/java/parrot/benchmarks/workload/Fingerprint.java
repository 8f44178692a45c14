package parrot.benchmarks.workload;

/** A few of many values, spread evenly, for comparing two computations of the same. */
public final class Fingerprint {
  private static final int VALUES = 256;

  private Fingerprint() {}

  public static double[] of(float[] values) {
    double[] print = new double[Math.min(VALUES, values.length)];
    for (int i = 0; i < print.length; i++) {
      print[i] = values[(int) ((long) i * values.length / print.length)];
    }
    return print;
  }
}
