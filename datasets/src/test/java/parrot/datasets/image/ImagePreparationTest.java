package parrot.datasets.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ImagePreparationTest {
  private static final Map<String, byte[]> EXPECTED = ReferenceImages.expected();

  static Stream<String> references() {
    return EXPECTED.keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("references")
  void preparesAsPillowDoes(String name) {
    String file = name.substring(0, name.indexOf('@'));
    int size = Integer.parseInt(name.substring(name.indexOf('@') + 1));
    byte[] expected = EXPECTED.get(name);

    byte[] prepared =
        new ImagePreparation(VisionEncoder.CLIP, size).prepare(ReferenceImages.file(file));

    assertThat(prepared).hasSameSizeAs(expected);
    long sum = 0;
    int worst = 0;
    for (int i = 0; i < expected.length; i++) {
      int difference = Math.abs((prepared[i] & 255) - (expected[i] & 255));
      sum += difference;
      worst = Math.max(worst, difference);
    }
    double mean = (double) sum / expected.length;
    if (file.endsWith(".jpg")) {
      assertThat(mean).isLessThan(1.0);
    } else {
      assertThat(worst).isLessThanOrEqualTo(1);
      assertThat(mean).isLessThan(0.02);
    }
  }

  @Test
  void coversEveryKindOfReferenceImage() {
    assertThat(EXPECTED).hasSize(20);
  }

  @ParameterizedTest
  @CsvSource({"1,1", "7,7", "64,64", "300,300", "336,336", "500,1", "1,500", "40,90", "901,17"})
  void keepsAnImageOfTheMeanColour(int width, int height) {
    byte[] mean = {122, 116, 104};
    byte[] rgb = new byte[3 * width * height];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = mean[i % 3];
    }

    byte[] prepared =
        new ImagePreparation(VisionEncoder.CLIP, 56).prepare(new RgbImage(width, height, rgb));

    for (int i = 0; i < prepared.length; i++) {
      assertThat(prepared[i]).isEqualTo(mean[i % 3]);
    }
  }

  @Test
  void aBlankImageHasTheEncodersMeanColour() {
    assertThat(new ImagePreparation(VisionEncoder.CLIP, 1).blank()).containsExactly(122, 116, 104);
    assertThat(new ImagePreparation(VisionEncoder.SIGLIP, 1).blank())
        .containsExactly(127, 127, 127);
  }

  @ParameterizedTest
  @CsvSource({"0", "1", "127", "254", "255"})
  void keepsAConstantSquare(int value) {
    byte[] rgb = new byte[3 * 131 * 131];
    Arrays.fill(rgb, (byte) value);

    byte[] prepared =
        new ImagePreparation(VisionEncoder.CLIP, 56).prepare(new RgbImage(131, 131, rgb));

    assertThat(prepared).containsOnly((byte) value);
  }

  @Test
  void leavesAnImageOfTheRightSizeAsItIs() {
    byte[] rgb = random(64, 64);

    assertThat(new ImagePreparation(VisionEncoder.CLIP, 64).prepare(new RgbImage(64, 64, rgb)))
        .isEqualTo(rgb)
        .isNotSameAs(rgb);
  }

  @Test
  void paddingByHandGivesTheSameAsPaddingImplied() {
    int width = 97;
    int height = 43;
    byte[] rgb = random(width, height);
    byte[] square = new byte[3 * width * width];
    byte[] mean = {122, 116, 104};
    for (int i = 0; i < square.length; i++) {
      square[i] = mean[i % 3];
    }
    System.arraycopy(rgb, 0, square, 3 * width * ((width - height) / 2), rgb.length);
    byte[] turned = transpose(rgb, width, height);
    ImagePreparation preparation = new ImagePreparation(VisionEncoder.CLIP, 56);

    byte[] implied = preparation.prepare(new RgbImage(width, height, rgb));

    assertThat(implied).isEqualTo(preparation.prepare(new RgbImage(width, width, square)));
    byte[] tall = new byte[3 * width * width];
    for (int i = 0; i < tall.length; i++) {
      tall[i] = mean[i % 3];
    }
    for (int y = 0; y < width; y++) {
      System.arraycopy(
          turned, 3 * height * y, tall, 3 * (y * width + (width - height) / 2), 3 * height);
    }
    assertThat(preparation.prepare(new RgbImage(height, width, turned)))
        .isEqualTo(preparation.prepare(new RgbImage(width, width, tall)));
  }

  @Test
  void preparesARibbonWhoseSquareWouldNotFitInMemory() {
    byte[] rgb = new byte[3 * 65_535];
    Arrays.fill(rgb, (byte) 255);
    ImagePreparation preparation = new ImagePreparation(VisionEncoder.CLIP, 56);

    byte[] wide = preparation.prepare(new RgbImage(65_535, 1, rgb));
    byte[] tall = preparation.prepare(new RgbImage(1, 65_535, rgb));

    byte[] mean = {122, 116, 104};
    for (int i = 0; i < wide.length; i++) {
      assertThat(wide[i]).isEqualTo(mean[i % 3]);
      assertThat(tall[i]).isEqualTo(mean[i % 3]);
    }
  }

  @Test
  void refusesASizeThatIsNoSize() {
    assertThatThrownBy(() -> new ImagePreparation(VisionEncoder.CLIP, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid image size: 0 (must be from 1 to 8192)");
  }

  @Test
  void normalisesByChannelAndPutsTheChannelFirst() {
    byte[] pixels = new byte[3 * 2 * 2];
    pixels[0] = (byte) 255; // red of the first pixel
    pixels[4] = 100; // green of the second
    pixels[11] = (byte) 200; // blue of the last

    float[] normalised = VisionEncoder.CLIP.normalize(pixels, 2);

    assertThat(normalised[0]).isEqualTo((float) ((1 - 0.48145466) / 0.26862954));
    assertThat(normalised[1]).isEqualTo((float) (-0.48145466 / 0.26862954));
    assertThat(normalised[4 + 1]).isEqualTo((float) ((100 / 255.0 - 0.4578275) / 0.26130258));
    assertThat(normalised[8 + 3]).isEqualTo((float) ((200 / 255.0 - 0.40821073) / 0.27577711));
  }

  @Test
  void preparesForSiglipWithItsOwnMeanAndPadding() {
    RgbImage wide = new RgbImage(64, 1, new byte[3 * 64]);
    ImagePreparation preparation = new ImagePreparation(VisionEncoder.SIGLIP, 64);

    byte[] prepared = preparation.prepare(wide);

    assertThat(prepared[0]).isEqualTo((byte) 127); // 0.5 of 255, rounded down
    assertThat(prepared[1]).isEqualTo((byte) 127);
    assertThat(prepared[2]).isEqualTo((byte) 127);
    float[] normalised = preparation.normalize(prepared);
    assertThat(normalised[0]).isEqualTo((float) ((127 / 255.0 - 0.5) / 0.5));
    assertThat(normalised).hasSize(3 * 64 * 64);
  }

  @Test
  void refusesToNormaliseAnotherSize() {
    assertThatThrownBy(() -> VisionEncoder.CLIP.normalize(new byte[12], 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Cannot normalise pixels: 12 bytes (must be 27 for 3 x 3 pixels)");
  }

  private static byte[] random(int width, int height) {
    byte[] rgb = new byte[3 * width * height];
    new Random(7).nextBytes(rgb);
    return rgb;
  }

  private static byte[] transpose(byte[] rgb, int width, int height) {
    byte[] turned = new byte[rgb.length];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        System.arraycopy(rgb, 3 * (y * width + x), turned, 3 * (x * height + y), 3);
      }
    }
    return turned;
  }
}
