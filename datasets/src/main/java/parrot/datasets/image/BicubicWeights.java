package parrot.datasets.image;

/**
 * Fixed-point weights of one direction of Pillow's bicubic resize (src/libImaging/Resample.c): the
 * filter with a = -0.5, its support scaled by the ratio when the image shrinks, normalised per
 * output.
 */
final class BicubicWeights {
  /** Fraction bits: 32 of an int, less 8 of a sample and 2 for overshoot and sign. */
  static final int PRECISION = 32 - 8 - 2;

  private static final double A = -0.5;
  private static final double SUPPORT = 2.0;

  final int window; // weights kept for each output
  final int[] first; // [outputs]: the first input of each
  final int[] count; // [outputs]: how many inputs it has
  final int[] weights; // [outputs, window]

  BicubicWeights(int inputs, int outputs) {
    double scale = (double) inputs / outputs;
    double filterScale = Math.max(scale, 1.0);
    double support = SUPPORT * filterScale;
    window = (int) Math.ceil(support) * 2 + 1;
    first = new int[outputs];
    count = new int[outputs];
    weights = new int[outputs * window];
    double[] exact = new double[window];
    for (int output = 0; output < outputs; output++) {
      double centre = (output + 0.5) * scale;
      int from = Math.max(0, (int) (centre - support + 0.5));
      int to = Math.min(inputs, (int) (centre + support + 0.5));
      double sum = 0;
      for (int i = from; i < to; i++) {
        double weight = filter((i - centre + 0.5) * (1.0 / filterScale));
        exact[i - from] = weight;
        sum += weight;
      }
      first[output] = from;
      count[output] = to - from;
      for (int i = 0; i < to - from; i++) {
        double weight = (sum != 0 ? exact[i] / sum : exact[i]) * (1 << PRECISION);
        weights[output * window + i] = (int) (weight < 0 ? weight - 0.5 : weight + 0.5);
      }
    }
  }

  /** The sum of an output's weights over the inputs outside {@code [from, to)}. */
  int outside(int output, int from, int to) {
    int sum = 0;
    for (int i = 0; i < count[output]; i++) {
      int input = first[output] + i;
      if (input < from || input >= to) {
        sum += weights[output * window + i];
      }
    }
    return sum;
  }

  /** Rounds a weighted sum to a sample. */
  static int sample(int sum) {
    int value = (sum + (1 << (PRECISION - 1))) >> PRECISION;
    return Math.max(0, Math.min(255, value));
  }

  private static double filter(double distance) {
    double x = Math.abs(distance);
    if (x < 1) {
      return ((A + 2) * x - (A + 3)) * x * x + 1;
    }
    return x < 2 ? (((x - 5) * x + 8) * x - 4) * A : 0;
  }
}
