package parrot.datasets.image.webp;

import java.util.Arrays;

/**
 * One plane of a frame with the border that predictions look at: a row of 127 above, a column of
 * 129 on the left, and room on the right for what is above and right of the last block.
 */
final class Vp8Plane {
  static final int BORDER = 4;

  final int stride;
  final int[] samples; // rows of stride, with one row and one column of border, rounded up
  private final int origin;

  Vp8Plane(int width, int height) {
    stride = width + 2 * BORDER;
    origin = stride + BORDER;
    samples = new int[stride * (height + 1)];
    Arrays.fill(samples, 0, stride, 127);
    for (int y = 0; y < height; y++) {
      samples[at(0, y) - 1] = 129;
    }
  }

  int at(int x, int y) {
    return origin + y * stride + x;
  }

  /** Adds the inverse transform of a block of 16 coefficients (RFC 6386, section 14.3). */
  void add(int[] coefficients, int from, int target) {
    int[] columns = new int[16];
    for (int i = 0; i < 4; i++) {
      int first = coefficients[from + i];
      int second = coefficients[from + 4 + i];
      int third = coefficients[from + 8 + i];
      int fourth = coefficients[from + 12 + i];
      int a = first + third;
      int b = first - third;
      int c = sine(second) - cosine(fourth);
      int d = cosine(second) + sine(fourth);
      columns[i] = a + d;
      columns[4 + i] = b + c;
      columns[8 + i] = b - c;
      columns[12 + i] = a - d;
    }
    for (int i = 0; i < 4; i++) {
      int first = columns[4 * i] + 4;
      int third = columns[4 * i + 2];
      int a = first + third;
      int b = first - third;
      int c = sine(columns[4 * i + 1]) - cosine(columns[4 * i + 3]);
      int d = cosine(columns[4 * i + 1]) + sine(columns[4 * i + 3]);
      int row = target + i * stride;
      samples[row] = clip(samples[row] + (a + d >> 3));
      samples[row + 1] = clip(samples[row + 1] + (b + c >> 3));
      samples[row + 2] = clip(samples[row + 2] + (b - c >> 3));
      samples[row + 3] = clip(samples[row + 3] + (a - d >> 3));
    }
  }

  /** sqrt(2) cos(pi / 8) in 16 bits. */
  private static int cosine(int value) {
    return value + (value * 20091 >> 16);
  }

  /** sqrt(2) sin(pi / 8) in 16 bits. */
  private static int sine(int value) {
    return value * 35468 >> 16;
  }

  static int clip(int value) {
    return Math.max(0, Math.min(255, value));
  }
}
