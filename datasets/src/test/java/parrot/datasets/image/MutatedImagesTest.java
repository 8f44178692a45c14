package parrot.datasets.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import parrot.datasets.Mutations;

/** Whatever happens to an image's file, it is decoded or refused in words, in bounded memory. */
class MutatedImagesTest {
  private static final int PIXELS = 1 << 18;
  private static final ImageDecoder DECODER = new ImageDecoder(new ImageLimits(PIXELS, 4096));

  @Test
  void areDecodedOrRefusedInWords() {
    Map<String, byte[]> images = new TreeMap<>();
    for (String name :
        new String[] {
          "alpha.png",
          "baseline.jpg",
          "bilevel.png",
          "cmyk.jpg",
          "grey.jpg",
          "palette.png",
          "picture.bmp",
          "picture.gif",
          "picture.webp",
          "progressive.jpg",
          "rotated-by-exif.jpg",
          "small.png"
        }) {
      images.put(name, ReferenceImages.file(name));
    }
    for (String name :
        new String[] {
          "alpha.webp",
          "animated.gif",
          "animated.webp",
          "bilevel-fax.tif",
          "colour-predicted.tif",
          "grey-deep.tif",
          "lossless-wide.webp",
          "palette.tif"
        }) {
      images.put(name, ReferenceImages.resource("/pictures/" + name));
    }
    Mutations.each(
        images,
        64L << 20,
        (name, file) -> {
          try {
            RgbImage image = DECODER.decode(file);
            assertThat(image.width() * image.height()).isBetween(1, PIXELS);
            assertThat(image.rgb()).hasSize(3 * image.width() * image.height());
          } catch (UnusableImageException e) {
            assertThat(e.getMessage())
                .startsWith("Cannot use the image")
                .doesNotContain("java.", "Exception", "null");
          }
        });
  }
}
