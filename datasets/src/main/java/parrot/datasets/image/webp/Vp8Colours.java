package parrot.datasets.image.webp;

/**
 * Converts luma and halved chroma to RGB, with libwebp's smoothing of the chroma and its
 * fixed-point arithmetic.
 */
final class Vp8Colours {
  private Vp8Colours() {}

  static byte[] rgb(int width, int height, Vp8Plane luma, Vp8Plane blue, Vp8Plane red) {
    byte[] rgb = new byte[3 * width * height];
    int[] blueRow = new int[width];
    int[] redRow = new int[width];
    int lastChroma = (height + 1) / 2 - 1;
    int target = 0;
    for (int y = 0; y < height; y++) {
      int near = y / 2;
      int other = Math.max(0, Math.min(lastChroma, y % 2 == 0 ? near - 1 : near + 1));
      smooth(blue, near, other, blueRow);
      smooth(red, near, other, redRow);
      int row = luma.at(0, y);
      for (int x = 0; x < width; x++) {
        int light = luma.samples[row + x] * 19077 >> 8;
        int u = blueRow[x];
        int v = redRow[x];
        rgb[target++] = sample(light + (v * 26149 >> 8) - 14234);
        rgb[target++] = sample(light - (u * 6419 >> 8) - (v * 13320 >> 8) + 8708);
        rgb[target++] = sample(light + (u * 33050 >> 8) - 17685);
      }
    }
    return rgb;
  }

  private static byte sample(int value) {
    return (byte) Vp8Plane.clip(value >> 6);
  }

  /**
   * Weights 9, 3, 3, 1 of the four nearest samples, in the two roundings of libwebp; 3, 1 at the
   * ends of a row.
   */
  private static void smooth(Vp8Plane plane, int near, int other, int[] row) {
    int[] samples = plane.samples;
    int n = plane.at(0, near);
    int o = plane.at(0, other);
    int width = row.length;
    row[0] = 3 * samples[n] + samples[o] + 2 >> 2;
    for (int x = 1; x < width; x++) {
      int left = (x - 1) / 2;
      int right = left + 1;
      if (right > (width - 1) / 2) {
        row[x] = 3 * samples[n + left] + samples[o + left] + 2 >> 2;
        continue;
      }
      int closest = x % 2 == 1 ? left : right;
      int farthest = left + right - closest;
      int sum = samples[n + left] + samples[n + right] + samples[o + left] + samples[o + right] + 8;
      int diagonal = sum + 2 * (samples[n + farthest] + samples[o + closest]) >> 3;
      row[x] = diagonal + samples[n + closest] >> 1;
    }
  }
}
