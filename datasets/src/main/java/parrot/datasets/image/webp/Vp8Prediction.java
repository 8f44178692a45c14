package parrot.datasets.image.webp;

/**
 * Predictions of blocks from what is above and left of them (RFC 6386, section 12), before any loop
 * filter.
 */
final class Vp8Prediction {
  static final int DC = 0;
  static final int TRUE_MOTION = 1;
  static final int VERTICAL = 2;
  static final int HORIZONTAL = 3;

  private Vp8Prediction() {}

  /**
   * Predicts a macroblock's plane.
   *
   * @param size 16 for luma, 8 for chroma
   * @param above whether there is a macroblock above
   * @param left whether there is one on the left
   */
  static void whole(Vp8Plane plane, int target, int size, int mode, boolean above, boolean left) {
    int[] samples = plane.samples;
    int stride = plane.stride;
    int mean = mode == DC ? mean(plane, target, size, above, left) : 0;
    int corner = samples[target - stride - 1];
    for (int y = 0; y < size; y++) {
      int row = target + y * stride;
      int beside = samples[row - 1];
      for (int x = 0; x < size; x++) {
        int over = samples[target - stride + x];
        samples[row + x] =
            switch (mode) {
              case DC -> mean;
              case VERTICAL -> over;
              case HORIZONTAL -> beside;
              default -> Vp8Plane.clip(beside + over - corner);
            };
      }
    }
  }

  private static int mean(Vp8Plane plane, int target, int size, boolean above, boolean left) {
    if (!above && !left) {
      return 128;
    }
    int sum = 0;
    for (int i = 0; i < size; i++) {
      sum += above ? plane.samples[target - plane.stride + i] : 0;
      sum += left ? plane.samples[target + i * plane.stride - 1] : 0;
    }
    int count = above && left ? 2 * size : size;
    return (sum + count / 2) / count;
  }

  /**
   * Predicts a block of 4 x 4.
   *
   * @param mode in the order of the specification: DC, true motion, vertical, horizontal, and six
   *     diagonals
   * @param edge what is around the block: [0..3] left from the bottom up, [4] the corner, [5..12]
   *     above and above right
   */
  static void block(Vp8Plane plane, int target, int mode, int[] edge) {
    int[] samples = plane.samples;
    int stride = plane.stride;
    int mean = 4;
    for (int i = 0; i < 4; i++) {
      mean += edge[i] + edge[5 + i];
    }
    for (int y = 0; y < 4; y++) {
      for (int x = 0; x < 4; x++) {
        samples[target + y * stride + x] =
            switch (mode) {
              case DC -> mean >> 3;
              case TRUE_MOTION -> Vp8Plane.clip(edge[3 - y] + edge[5 + x] - edge[4]);
              case VERTICAL -> three(edge, 5 + x);
              // The lowest sample of the left is its own neighbour.
              case HORIZONTAL -> y == 3 ? edge[1] + 3 * edge[0] + 2 >> 2 : three(edge, 3 - y);
              case 4 -> downLeft(edge, x + y);
              case 5 -> three(edge, 4 + x - y);
              case 6 -> verticalRight(edge, x, y);
              case 7 -> verticalLeft(edge, x, y);
              case 8 -> horizontalDown(edge, x, y);
              default -> horizontalUp(edge, x + 2 * y);
            };
      }
    }
  }

  private static int downLeft(int[] edge, int distance) {
    return distance == 6 ? edge[11] + 3 * edge[12] + 2 >> 2 : three(edge, 6 + distance);
  }

  private static int verticalRight(int[] edge, int x, int y) {
    int distance = 2 * x - y;
    if (distance < 0) {
      return three(edge, 5 + distance);
    }
    int place = 4 + distance / 2;
    return distance % 2 == 0 ? two(edge, place) : three(edge, place + 1);
  }

  private static int verticalLeft(int[] edge, int x, int y) {
    if (x == 3 && y >= 2) {
      return three(edge, 8 + y); // the two that do not follow the pattern
    }
    int place = 5 + x + y / 2;
    return y % 2 == 0 ? two(edge, place) : three(edge, place + 1);
  }

  private static int horizontalDown(int[] edge, int x, int y) {
    int distance = 2 * y - x;
    if (distance < 0) {
      return three(edge, 4 - distance - 1);
    }
    int place = 3 - distance / 2;
    return distance % 2 == 0 ? two(edge, place) : three(edge, place);
  }

  private static int horizontalUp(int[] edge, int distance) {
    if (distance >= 6) {
      return edge[0];
    }
    if (distance == 5) {
      return edge[1] + 3 * edge[0] + 2 >> 2;
    }
    int place = 3 - distance / 2;
    return distance % 2 == 0 ? two(edge, place - 1) : three(edge, place - 1);
  }

  private static int two(int[] edge, int first) {
    return edge[first] + edge[first + 1] + 1 >> 1;
  }

  private static int three(int[] edge, int middle) {
    return edge[middle - 1] + 2 * edge[middle] + edge[middle + 1] + 2 >> 2;
  }
}
