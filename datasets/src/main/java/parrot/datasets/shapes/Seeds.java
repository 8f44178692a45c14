package parrot.datasets.shapes;

import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import parrot.datasets.SplitMix;

/** Random numbers that depend on what they are for and on nothing else. */
final class Seeds {
  /** One number for each use of randomness, so that adding one does not move the others. */
  enum Stream {
    SCENE,
    PICTURE,
    CAPTION,
    CONVERSATION,
    TEXT,
    BENCHMARK
  }

  private Seeds() {}

  static long seed(long seed, Split split, Stream stream, long index) {
    long ofSplit = SplitMix.mix(SplitMix.mix(seed) + split.ordinal());
    return SplitMix.mix(SplitMix.mix(ofSplit + stream.ordinal()) + index);
  }

  static SplittableRandom random(long seed, Split split, Stream stream, long index) {
    return new SplittableRandom(seed(seed, split, stream, index));
  }

  static <T> T pick(T[] values, SplittableRandom random) {
    return values[random.nextInt(values.length)];
  }

  static <T> T pick(List<T> values, SplittableRandom random) {
    return values.get(random.nextInt(values.size()));
  }

  static <T> void shuffle(List<T> values, SplittableRandom random) {
    for (int i = values.size() - 1; i > 0; i--) {
      Collections.swap(values, i, random.nextInt(i + 1));
    }
  }

  /** An index with probability proportional to its weight. */
  static int weighted(double[] weights, SplittableRandom random) {
    double sum = 0;
    for (double weight : weights) {
      sum += weight;
    }
    double left = random.nextDouble() * sum;
    int last = 0;
    for (int i = 0; i < weights.length; i++) {
      if (weights[i] > 0) {
        last = i;
        left -= weights[i];
        if (left < 0) {
          return i;
        }
      }
    }
    return last;
  }
}
