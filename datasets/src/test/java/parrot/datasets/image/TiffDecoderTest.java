package parrot.datasets.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import parrot.datasets.image.UnusableImageException.Reason;

/** Beside each file lies what Pillow 12.3 makes of it, as PNG. */
class TiffDecoderTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "bilevel-fax",
        "bilevel-white-is-zero",
        "colour-alpha-packbits",
        "colour-predicted",
        "colour-turned",
        "grey-alpha-deflated",
        "grey-deep",
        "grey-lzw",
        "grey-white-is-zero",
        "palette"
      })
  void readsWhatPillowReads(String name) {
    RgbImage expected = new ImageDecoder().decode(file(name + ".tif.png"));
    RgbImage image = new ImageDecoder().decode(file(name + ".tif"));
    assertThat(image.width()).isEqualTo(expected.width());
    assertThat(image.rgb()).isEqualTo(expected.rgb());
  }

  @Test
  void followsTheRulesOfTheUsers() {
    ImageDecoder other =
        new ImageDecoder(new ImageRules(ImageRules.Orientation.APPLY, ImageRules.DeepGrey.SCALE));
    assertThat(other.decode(file("colour-turned.tif")).rgb())
        .isEqualTo(new ImageDecoder().decode(file("colour-turned.tif")).rgb());
    byte[] clipped = new ImageDecoder().decode(file("grey-deep.tif")).rgb();
    byte[] scaled = other.decode(file("grey-deep.tif")).rgb();
    assertThat(clipped[clipped.length - 1]).isEqualTo((byte) 255);
    assertThat(scaled[scaled.length - 1] & 255).isBetween(1, 254);
  }

  @Test
  void refusesOtherKindsInWords() {
    assertThatThrownBy(() -> new ImageDecoder().decode(file("cmyk.tif")))
        .isInstanceOf(UnusableImageException.class)
        .hasFieldOrPropertyWithValue("reason", Reason.UNSUPPORTED)
        .hasMessageContaining("kind 5, 4 samples of 8 bits, packing 5");
  }

  @Test
  void tellsThatTheFileEndsEarly() {
    byte[] whole = file("grey-lzw.tif");
    for (int length : new int[] {9, 100, whole.length / 2}) {
      assertThatThrownBy(() -> new ImageDecoder().decode(Arrays.copyOf(whole, length)))
          .isInstanceOf(UnusableImageException.class)
          .hasFieldOrPropertyWithValue("reason", Reason.TRUNCATED);
    }
  }

  private static byte[] file(String name) {
    return ReferenceImages.resource("/pictures/" + name);
  }
}
