package parrot.datasets.image;

import java.util.Arrays;

/**
 * Pads an image to a square and resizes it as Pillow does: along rows, rounded to bytes, then along
 * columns. Either pass adds weighted lines of ints to lines of ints; in the first a line is a
 * column of a block of rows.
 */
final class SquareResize {
  /** Rows of a block: long enough lines, which stay in the cache. */
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
    WeightedLines result = new WeightedLines(size);
    startWithPadding(result);
    int[][] row = new int[3][size];
    for (int first = 0; first < image.height(); first += ROWS) {
      int rows = Math.min(ROWS, image.height() - first);
      int[] block = resizeRows(first, rows).samples(rows);
      for (int i = 0; i < rows; i++) {
        for (int c = 0; c < 3; c++) {
          int[] channel = row[c];
          for (int x = 0; x < size; x++) {
            channel[x] = block[(3 * x + c) * rows + i];
          }
        }
        result.add(top + first + i, row);
      }
    }
    byte[] rgb = new byte[3 * size * size];
    int target = 0;
    for (int[][] line : result.rounded().sums) {
      int[] red = line[0];
      int[] green = line[1];
      int[] blue = line[2];
      for (int x = 0; x < size; x++) {
        rgb[target++] = (byte) red[x];
        rgb[target++] = (byte) green[x];
        rgb[target++] = (byte) blue[x];
      }
    }
    return rgb;
  }

  /** Rows that are padding all over look the same after the first pass. */
  private void startWithPadding(WeightedLines result) {
    int[][] padding = new int[3][size];
    for (int c = 0; c < 3; c++) {
      for (int x = 0; x < size; x++) {
        padding[c][x] = BicubicWeights.sample(colour[c] * weights.outside(x, 0, 0));
      }
    }
    for (int y = 0; y < size; y++) {
      result.addTo(y, padding, weights.outside(y, top, top + image.height()));
    }
  }

  /** The first pass over a block of rows: a line of samples for each column of the result. */
  private WeightedLines resizeRows(int first, int rows) {
    WeightedLines columns = new WeightedLines(rows);
    for (int x = 0; x < size; x++) {
      int outside = weights.outside(x, left, left + image.width());
      for (int c = 0; c < 3; c++) {
        Arrays.fill(columns.sums[x][c], colour[c] * outside);
      }
    }
    byte[] rgb = image.rgb();
    int[] red = new int[rows];
    int[] green = new int[rows];
    int[] blue = new int[rows];
    int[][] column = {red, green, blue};
    for (int x = 0; x < image.width(); x++) {
      int pixel = 3 * (first * image.width() + x);
      for (int i = 0; i < rows; i++, pixel += 3 * image.width()) {
        red[i] = rgb[pixel] & 255;
        green[i] = rgb[pixel + 1] & 255;
        blue[i] = rgb[pixel + 2] & 255;
      }
      columns.add(left + x, column);
    }
    return columns.rounded();
  }

  /**
   * A weighted sum of input lines for each output. A line has its red, green and blue samples
   * apart; input lines come in order.
   */
  private final class WeightedLines {
    private final int[][][] sums; // [size, 3, length]
    private int lowest; // outputs before it have got all their inputs

    WeightedLines(int length) {
      this.sums = new int[size][3][length];
    }

    void add(int input, int[][] line) {
      while (lowest < size && weights.first[lowest] + weights.count[lowest] <= input) {
        lowest++;
      }
      for (int output = lowest; output < size && weights.first[output] <= input; output++) {
        addTo(
            output, line, weights.weights[output * weights.window + input - weights.first[output]]);
      }
    }

    void addTo(int output, int[][] line, int weight) {
      for (int c = 0; c < 3; c++) {
        addWeighted(sums[output][c], line[c], weight);
      }
    }

    /** All lines after each other: [size, 3, length]. */
    int[] samples(int length) {
      int[] all = new int[3 * size * length];
      int at = 0;
      for (int[][] line : sums) {
        for (int[] channel : line) {
          System.arraycopy(channel, 0, all, at, length);
          at += length;
        }
      }
      return all;
    }

    /** With samples in place of sums. */
    WeightedLines rounded() {
      for (int[][] line : sums) {
        for (int[] channel : line) {
          round(channel);
        }
      }
      return this;
    }
  }

  // Java's compiler makes vector instructions of loops whose arrays have the same index.

  private static void addWeighted(int[] sums, int[] line, int weight) {
    for (int i = 0; i < sums.length; i++) {
      sums[i] += weight * line[i];
    }
  }

  private static void round(int[] sums) {
    for (int i = 0; i < sums.length; i++) {
      sums[i] = BicubicWeights.sample(sums[i]);
    }
  }
}
