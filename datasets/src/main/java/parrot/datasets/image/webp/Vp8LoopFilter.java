package parrot.datasets.image.webp;

/** Smooths the edges of blocks, in place, one macroblock after the other (RFC 6386, section 15). */
final class Vp8LoopFilter {
  private final Vp8Header header;
  private final Vp8Plane luma;
  private final Vp8Plane[] planes;

  Vp8LoopFilter(Vp8Header header, Vp8Plane luma, Vp8Plane blue, Vp8Plane red) {
    this.header = header;
    this.luma = luma;
    this.planes = new Vp8Plane[] {luma, blue, red};
  }

  /**
   * Filters a frame.
   *
   * @param levels of each macroblock, 0 to 63
   * @param inside whether the edges within a macroblock are filtered
   */
  void filter(int columns, int rows, byte[] levels, boolean[] inside) {
    for (int y = 0; y < rows; y++) {
      for (int x = 0; x < columns; x++) {
        int place = y * columns + x;
        if (levels[place] > 0) {
          if (header.simpleFilter) {
            simple(x, y, levels[place], inside[place]);
          } else {
            normal(x, y, levels[place], inside[place]);
          }
        }
      }
    }
  }

  private int interior(int level) {
    int limit = level;
    if (header.sharpness > 0) {
      limit = Math.min(limit >> (header.sharpness > 4 ? 2 : 1), 9 - header.sharpness);
    }
    return Math.max(1, limit);
  }

  private void simple(int x, int y, int level, boolean inside) {
    int limit = 2 * level + interior(level);
    int target = luma.at(16 * x, 16 * y);
    for (int direction = 0; direction < 2; direction++) {
      int across = direction == 0 ? 1 : luma.stride;
      int along = direction == 0 ? luma.stride : 1;
      for (int edge = 0; edge < (inside ? 4 : 1); edge++) {
        if (edge == 0 && (direction == 0 ? x : y) == 0) {
          continue;
        }
        int threshold = 2 * (edge == 0 ? limit + 4 : limit) + 1;
        for (int i = 0; i < 16; i++) {
          int at = target + 4 * edge * across + i * along;
          if (isStep(luma.samples, at, across, threshold)) {
            two(luma.samples, at, across);
          }
        }
      }
    }
  }

  private void normal(int x, int y, int level, boolean inside) {
    int interior = interior(level);
    int limit = 2 * level + interior;
    int variance = level >= 40 ? 2 : level >= 15 ? 1 : 0;
    for (Vp8Plane plane : planes) {
      int size = plane == luma ? 16 : 8;
      int target = plane.at(size * x, size * y);
      for (int direction = 0; direction < 2; direction++) {
        int across = direction == 0 ? 1 : plane.stride;
        int along = direction == 0 ? plane.stride : 1;
        for (int edge = 0; edge < (inside ? size / 4 : 1); edge++) {
          if (edge == 0 && (direction == 0 ? x : y) == 0) {
            continue;
          }
          int threshold = 2 * (edge == 0 ? limit + 4 : limit) + 1;
          int start = target + 4 * edge * across;
          for (int i = 0; i < size; i++) {
            filterEdge(
                plane.samples, start + i * along, across, threshold, interior, variance, edge == 0);
          }
        }
      }
    }
  }

  private static void filterEdge(
      int[] s, int at, int step, int threshold, int interior, int variance, boolean outer) {
    if (!isStep(s, at, step, threshold) || !isSmooth(s, at, step, interior)) {
      return;
    }
    boolean varies =
        Math.abs(s[at - 2 * step] - s[at - step]) > variance
            || Math.abs(s[at + step] - s[at]) > variance;
    if (varies) {
      two(s, at, step);
    } else if (outer) {
      six(s, at, step);
    } else {
      four(s, at, step);
    }
  }

  private static boolean isStep(int[] s, int at, int step, int threshold) {
    return 4 * Math.abs(s[at - step] - s[at]) + Math.abs(s[at - 2 * step] - s[at + step])
        <= threshold;
  }

  private static boolean isSmooth(int[] s, int at, int step, int limit) {
    for (int i = 1; i <= 3; i++) {
      if (Math.abs(s[at - (i + 1) * step] - s[at - i * step]) > limit
          || Math.abs(s[at + i * step] - s[at + (i - 1) * step]) > limit) {
        return false;
      }
    }
    return true;
  }

  private static void two(int[] s, int at, int step) {
    int before = s[at - step];
    int behind = s[at];
    int change = 3 * (behind - before) + signed(s[at - 2 * step] - s[at + step]);
    s[at - step] = Vp8Plane.clip(before + small(change + 3));
    s[at] = Vp8Plane.clip(behind - small(change + 4));
  }

  private static void four(int[] s, int at, int step) {
    int change = 3 * (s[at] - s[at - step]);
    int behind = small(change + 4);
    int before = small(change + 3);
    int outer = behind + 1 >> 1;
    s[at - 2 * step] = Vp8Plane.clip(s[at - 2 * step] + outer);
    s[at - step] = Vp8Plane.clip(s[at - step] + before);
    s[at] = Vp8Plane.clip(s[at] - behind);
    s[at + step] = Vp8Plane.clip(s[at + step] - outer);
  }

  private static void six(int[] s, int at, int step) {
    int change = signed(3 * (s[at] - s[at - step]) + signed(s[at - 2 * step] - s[at + step]));
    for (int i = 0; i < 3; i++) {
      int part = 9 * (3 - i) * change + 63 >> 7;
      s[at - (i + 1) * step] = Vp8Plane.clip(s[at - (i + 1) * step] + part);
      s[at + i * step] = Vp8Plane.clip(s[at + i * step] - part);
    }
  }

  private static int signed(int value) {
    return Math.max(-128, Math.min(127, value));
  }

  /** An eighth, within five bits. */
  private static int small(int value) {
    return Math.max(-16, Math.min(15, value >> 3));
  }
}
