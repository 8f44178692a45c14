package parrot.datasets.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Padding and the two passes written out sample by sample. */
class SquareResizeTest {
  private static final int[] COLOUR = {122, 116, 104};

  @ParameterizedTest
  @CsvSource({
    "640, 480, 336", // rows of several blocks
    "100, 301, 56",
    "301, 100, 56",
    "1, 1, 14",
    "1, 500, 28",
    "500, 1, 28",
    "20, 13, 56", // grows
    "57, 56, 56",
    "121, 121, 120"
  })
  void givesWhatTheTwoPassesGiveSampleBySample(int width, int height, int size) {
    byte[] rgb = new byte[3 * width * height];
    new Random(width + height).nextBytes(rgb);
    RgbImage image = new RgbImage(width, height, rgb);
    assertThat(new SquareResize(image, COLOUR, size).resize())
        .isEqualTo(resized(padded(image), size));
  }

  private static RgbImage padded(RgbImage image) {
    int side = Math.max(image.width(), image.height());
    int left = (side - image.width()) / 2;
    int top = (side - image.height()) / 2;
    byte[] square = new byte[3 * side * side];
    for (int i = 0; i < square.length; i++) {
      square[i] = (byte) COLOUR[i % 3];
    }
    for (int y = 0; y < image.height(); y++) {
      int from = 3 * y * image.width();
      int to = 3 * ((top + y) * side + left);
      System.arraycopy(image.rgb(), from, square, to, 3 * image.width());
    }
    return new RgbImage(side, side, square);
  }

  private static byte[] resized(RgbImage square, int size) {
    int side = square.width();
    BicubicWeights weights = new BicubicWeights(side, size);
    byte[] narrow = new byte[3 * side * size];
    for (int y = 0; y < side; y++) {
      for (int x = 0; x < size; x++) {
        for (int c = 0; c < 3; c++) {
          int from = 3 * (y * side + weights.first[x]) + c;
          narrow[3 * (y * size + x) + c] = sample(weights, x, square.rgb(), from, 3);
        }
      }
    }
    byte[] result = new byte[3 * size * size];
    for (int y = 0; y < size; y++) {
      for (int i = 0; i < 3 * size; i++) {
        int from = 3 * weights.first[y] * size + i;
        result[3 * y * size + i] = sample(weights, y, narrow, from, 3 * size);
      }
    }
    return result;
  }

  private static byte sample(
      BicubicWeights weights, int output, byte[] samples, int from, int step) {
    int sum = 0;
    for (int i = 0; i < weights.count[output]; i++) {
      sum += weights.weights[output * weights.window + i] * (samples[from + i * step] & 255);
    }
    return (byte) BicubicWeights.sample(sum);
  }
}
