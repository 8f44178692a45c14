package parrot.datasets.image;

import java.util.Arrays;

/**
 * Pads an image to a square and resizes it as Pillow does: along rows, rounded to bytes, then along
 * columns. Either pass adds weighted lines of ints to lines of ints; in the first a line is a
 * column of a block of rows.
 */
final class SquareResize {
  /**
   * Rows of a block. As ints, columns of a power of two of rows would all lie in the same few lines
   * of the cache.
   */
  private static final int ROWS = 120;

  private final RgbImage image;
  private final int[] colour;
  private final int size;
  private final BicubicWeights weights;
  private final int left;
  private final int top;

  /**
   * @param colour of the padding: red, green, blue
   * @param size pixels a side of the result
   */
  SquareResize(RgbImage image, int[] colour, int size) {
    int side = Math.max(image.width(), image.height());
    this.image = image;
    this.colour = colour;
    this.size = size;
    this.weights = new BicubicWeights(side, size);
    this.left = (side - image.width()) / 2;
    this.top = (side - image.height()) / 2;
  }

  /** Returns uint8 [size, size, 3], RGB. */
  byte[] resize() {
    WeightedLines result = new WeightedLines(3 * size);
    startWithPadding(result);
    int[] row = new int[3 * size];
    for (int first = 0; first < image.height(); first += ROWS) {
      int rows = Math.min(ROWS, image.height() - first);
      int[] block = resizeRows(first, rows);
      for (int i = 0; i < rows; i++) {
        for (int x = 0; x < size; x++) {
          int pixel = block[x * rows + i];
          row[x] = pixel & 255;
          row[size + x] = pixel >> 8 & 255;
          row[2 * size + x] = pixel >> 16 & 255;
        }
        result.add(top + first + i, row);
      }
    }
    byte[] rgb = new byte[3 * size * size];
    int[] pixels = new int[size];
    for (int y = 0; y < size; y++) {
      result.pixels(y, pixels, 0, size);
      PackedRgb.store(pixels, rgb, 3 * y * size);
    }
    return rgb;
  }

  /** Rows that are padding all over look the same after the first pass. */
  private void startWithPadding(WeightedLines result) {
    int[] padding = new int[3 * size];
    for (int c = 0; c < 3; c++) {
      for (int x = 0; x < size; x++) {
        padding[c * size + x] = BicubicWeights.sample(colour[c] * weights.outside(x, 0, 0));
      }
    }
    for (int y = 0; y < size; y++) {
      result.addTo(y, padding, weights.outside(y, top, top + image.height()));
    }
  }

  /**
   * The first pass over a block of rows.
   *
   * @return packed pixels [size, rows]
   */
  private int[] resizeRows(int first, int rows) {
    WeightedLines columns = new WeightedLines(3 * rows);
    for (int x = 0; x < size; x++) {
      int outside = weights.outside(x, left, left + image.width());
      for (int c = 0; c < 3; c++) {
        columns.fill(x, c * rows, rows, colour[c] * outside);
      }
    }
    int[] pixels = new int[rows];
    int[] column = new int[3 * rows];
    for (int x = 0; x < image.width(); x++) {
      for (int i = 0; i < rows; i++) {
        pixels[i] = PackedRgb.load(image.rgb(), 3 * ((first + i) * image.width() + x));
      }
      for (int i = 0; i < rows; i++) {
        column[i] = pixels[i] & 255;
      }
      for (int i = 0; i < rows; i++) {
        column[rows + i] = pixels[i] >> 8 & 255;
      }
      for (int i = 0; i < rows; i++) {
        column[2 * rows + i] = pixels[i] >> 16 & 255;
      }
      columns.add(left + x, column);
    }
    int[] packed = new int[size * rows];
    for (int x = 0; x < size; x++) {
      columns.pixels(x, packed, x * rows, rows);
    }
    return packed;
  }

  /**
   * A weighted sum of input lines for each output. A line has its red samples first, then green,
   * then blue; input lines come in order.
   */
  private final class WeightedLines {
    private final int length;
    private final int[] sums; // [size, length]
    private int lowest; // outputs before it have got all their inputs

    WeightedLines(int length) {
      this.length = length;
      this.sums = new int[size * length];
    }

    void fill(int output, int from, int count, int value) {
      int start = output * length + from;
      Arrays.fill(sums, start, start + count, value);
    }

    void add(int input, int[] line) {
      while (lowest < size && weights.first[lowest] + weights.count[lowest] <= input) {
        lowest++;
      }
      for (int output = lowest; output < size && weights.first[output] <= input; output++) {
        addTo(
            output, line, weights.weights[output * weights.window + input - weights.first[output]]);
      }
    }

    void addTo(int output, int[] line, int weight) {
      addWeighted(sums, output * length, line, weight);
    }

    /** Rounds an output to {@code count} packed pixels. */
    void pixels(int output, int[] packed, int at, int count) {
      pack(sums, output * length, packed, at, count);
    }
  }

  private static void addWeighted(int[] sums, int start, int[] line, int weight) {
    for (int i = 0; i < line.length; i++) {
      sums[start + i] += weight * line[i];
    }
  }

  private static void pack(int[] sums, int start, int[] packed, int at, int count) {
    int green = start + count;
    int blue = green + count;
    for (int i = 0; i < count; i++) {
      packed[at + i] =
          BicubicWeights.sample(sums[start + i])
              | BicubicWeights.sample(sums[green + i]) << 8
              | BicubicWeights.sample(sums[blue + i]) << 16;
    }
  }
}
