package parrot.datasets.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import parrot.datasets.image.UnusableImageException.Reason;

class ImageDecoderTest {
  private final ImageDecoder decoder = new ImageDecoder();

  @Test
  void refusesAnEmptyFile() {
    assertRefused(
        new byte[0],
        Reason.EMPTY,
        "Cannot use the image: the file is empty; restore the file or remove the example");
  }

  @Test
  void refusesAFileThatIsNoImage() {
    assertRefused(
        "<html>not found</html>".getBytes(StandardCharsets.UTF_8),
        Reason.NOT_AN_IMAGE,
        "Cannot use the image: the file is not an image (22 bytes, starting with \"<html>not fo\");"
            + " replace it with a PNG, JPEG, GIF, BMP, WebP or TIFF file or remove the example");
    assertRefused(
        "BMW and others build cars".getBytes(StandardCharsets.UTF_8),
        Reason.NOT_AN_IMAGE,
        "not an image (25 bytes");
  }

  @ParameterizedTest
  @CsvSource({
    "'II+\0', BigTIFF",
    "'<svg xmlns=\"\"/>', SVG",
    "'8BPS', Photoshop",
    "'    ftypavif', AVIF",
    "'    ftypheic', HEIC"
  })
  void refusesOtherFormatsByName(String beginning, String name) {
    assertRefused(
        beginning.getBytes(StandardCharsets.ISO_8859_1),
        Reason.UNSUPPORTED,
        "the file is a "
            + name
            + " image, which is not decoded; convert it to PNG, JPEG, GIF, BMP, WebP or TIFF");
  }

  @Test
  void refusesAnEnormousImageByItsHeader() throws IOException {
    assertRefused(
        png(50_000, 50_000, 8, 2, 0, new byte[100]),
        Reason.TOO_LARGE,
        "Cannot use the image: it has 50000 x 50000 pixels (at most 100000000 pixels and 65535 a side are decoded);"
            + " scale it down or remove the example");
    assertRefused(
        png(70_000, 1, 8, 2, 0, new byte[100]), Reason.TOO_LARGE, "it has 70000 x 1 pixels");
    byte[] gif = ReferenceImages.file("picture.gif");
    Arrays.fill(gif, 6, 10, (byte) 0xff);
    assertRefused(gif, Reason.TOO_LARGE, "it has 65535 x 65535 pixels");
    byte[] bmp = ReferenceImages.file("picture.bmp");
    Arrays.fill(bmp, 18, 20, (byte) 0xff);
    Arrays.fill(bmp, 22, 24, (byte) 0xff);
    assertRefused(bmp, Reason.TOO_LARGE, "it has 65535 x 65535 pixels");
    byte[] webp = ReferenceImages.file("picture.webp");
    Arrays.fill(webp, 21, 25, (byte) 0xff);
    assertRefused(webp, Reason.TOO_LARGE, "it has 16384 x 16384 pixels");
    byte[] jpeg = ReferenceImages.file("baseline.jpg");
    Arrays.fill(jpeg, find(jpeg, 0xc0) + 5, find(jpeg, 0xc0) + 9, (byte) 0xff);
    assertRefused(jpeg, Reason.TOO_LARGE, "it has 65535 x 65535 pixels");
  }

  @Test
  void takesTheLimitsOfItsCaller() {
    ImageDecoder small = new ImageDecoder(new ImageLimits(1_000, 500));

    assertThatThrownBy(() -> small.decode(ReferenceImages.file("square.png")))
        .isInstanceOf(UnusableImageException.class)
        .hasMessageContaining(
            "it has 112 x 112 pixels (at most 1000 pixels and 500 a side are decoded)");
    assertThatThrownBy(() -> new ImageLimits(1L << 40, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid pixel limit: 1099511627776 (must be from 1 to 715827882)");
    assertThatThrownBy(() -> new ImageLimits(1, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid side limit: 0 (must be at least 1)");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "landscape.png",
        "palette.png",
        "bilevel.png",
        "baseline.jpg",
        "progressive.jpg",
        "grey.jpg",
        "cmyk.jpg",
        "picture.gif",
        "picture.bmp",
        "picture.webp"
      })
  void refusesAnImageThatBreaksOff(String name) {
    byte[] file = ReferenceImages.file(name);
    for (int part = 1; part <= 9; part++) {
      byte[] broken = Arrays.copyOf(file, file.length * part / 10);
      assertThatThrownBy(() -> decoder.decode(broken))
          .as("%s, %d bytes of %d", name, broken.length, file.length)
          .isInstanceOf(UnusableImageException.class)
          .hasMessageContaining(
              "the file ends before the image does (after " + broken.length + " bytes)")
          .extracting(e -> ((UnusableImageException) e).reason())
          .isEqualTo(Reason.TRUNCATED);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "landscape.png",
        "palette.png",
        "baseline.jpg",
        "progressive.jpg",
        "cmyk.jpg",
        "picture.gif",
        "picture.bmp",
        "picture.webp"
      })
  void endsInARefusalOrAnImageWhateverIsDamaged(String name) {
    byte[] file = ReferenceImages.file(name);
    Random random = new Random(5);
    ImageDecoder careful = new ImageDecoder(new ImageLimits(1_000_000, 5_000));
    for (int trial = 0; trial < 40; trial++) {
      byte[] damaged = file.clone();
      for (int i = 0; i < 3; i++) {
        int range = trial % 2 == 0 ? Math.min(200, file.length) : file.length;
        damaged[8 + random.nextInt(range - 8)] = (byte) random.nextInt();
      }
      try {
        assertThat(careful.decode(damaged).rgb()).isNotEmpty();
      } catch (UnusableImageException e) {
        assertThat(e).hasMessageStartingWith("Cannot use the image: ").hasMessageContaining("; ");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"smooth.webp", "noise.webp", "alpha.webp", "animated.webp", "animated.gif"})
  void decodesLossyAndAnimatedImagesToTheValuesOfPillow(String name) {
    RgbImage image = decoder.decode(ReferenceImages.resource("/pictures/" + name));

    RgbImage expected = decoder.decode(ReferenceImages.resource("/pictures/" + name + ".png"));
    assertThat(image.width()).isEqualTo(expected.width());
    assertThat(image.rgb()).isEqualTo(expected.rgb());
  }

  @Test
  void endsInARefusalOrAnImageWhereverALossyWebpIsDamaged() {
    byte[] file = ReferenceImages.resource("/pictures/smooth.webp");
    Random random = new Random(6);
    for (int trial = 0; trial < 200; trial++) {
      byte[] damaged = file.clone();
      int from = trial % 2 == 0 ? 30 : 12;
      damaged[from + random.nextInt(file.length - from)] = (byte) random.nextInt();
      try {
        assertThat(decoder.decode(damaged).rgb()).isNotEmpty();
      } catch (UnusableImageException e) {
        assertThat(e).hasMessageStartingWith("Cannot use the image: ");
      }
    }
    for (int length = 0; length < file.length; length += 7) {
      byte[] broken = Arrays.copyOf(file, length);
      assertThatThrownBy(() -> decoder.decode(broken)).isInstanceOf(UnusableImageException.class);
    }
  }

  @Test
  void addsWhereTheImageIs() {
    assertThatThrownBy(
            () -> {
              try {
                decoder.decode(new byte[0]);
              } catch (UnusableImageException e) {
                throw e.at("train.json row 7 (a/b.png)");
              }
            })
        .hasMessage(
            "Cannot use the image train.json row 7 (a/b.png): the file is empty; restore the file or remove the example");
  }

  @Test
  void refusesJpegsOfUncommonKinds() {
    byte[] lossless = ReferenceImages.file("baseline.jpg");
    int frame = find(lossless, 0xc0);
    lossless[frame + 1] = (byte) 0xc3;
    assertRefused(
        lossless,
        Reason.UNSUPPORTED,
        "it is a JPEG of an uncommon process (SOF3; lossless, arithmetic or hierarchical)");
    byte[] deep = ReferenceImages.file("baseline.jpg");
    deep[frame + 4] = 12;
    assertRefused(
        deep,
        Reason.UNSUPPORTED,
        "it is a JPEG of 12 bits a sample; save it as ordinary PNG or JPEG");
  }

  @Test
  void readsAJpegWhoseMetadataIsDamaged() {
    byte[] good = ReferenceImages.file("baseline.jpg");
    byte[] segment = new byte[64];
    segment[0] = (byte) 0xff;
    segment[1] = (byte) 0xe2;
    segment[3] = 62;
    System.arraycopy(
        "ICC_PROFILE\0\1\1garbage".getBytes(StandardCharsets.ISO_8859_1), 0, segment, 4, 21);
    byte[] withProfile = new byte[good.length + segment.length];
    System.arraycopy(good, 0, withProfile, 0, 2);
    System.arraycopy(segment, 0, withProfile, 2, segment.length);
    System.arraycopy(good, 2, withProfile, 2 + segment.length, good.length - 2);

    assertThat(decoder.decode(withProfile).rgb()).isEqualTo(decoder.decode(good).rgb());
  }

  @Test
  void ignoresTheOrientationOfExif() {
    RgbImage image = decoder.decode(ReferenceImages.file("rotated-by-exif.jpg"));

    assertThat(image.width()).isEqualTo(220);
    assertThat(image.height()).isEqualTo(150);
  }

  @ParameterizedTest
  @CsvSource({
    // depth, colour type, a row of two pixels, red of the first, red of the second
    "1, 0, 80, 255, 0",
    "2, 0, 60, 85, 170",
    "4, 0, 1f, 17, 255",
    "8, 0, 07ff, 7, 255",
    "16, 0, 000700ff, 7, 255",
    "16, 0, 01001234, 255, 255",
    "16, 2, 10ff20ff30fff0ff20ff30ff, 16, 240",
    "8, 4, 0700ff00, 7, 255",
    "16, 4, 0733000012340000, 7, 18",
    "8, 6, 0102030005060700, 1, 5",
  })
  void readsSamplesOfEveryDepthAsPillowDoes(
      int depth, int colourType, String row, int first, int second) throws IOException {
    ByteArrayOutputStream filtered = new ByteArrayOutputStream();
    filtered.write(0);
    filtered.write(java.util.HexFormat.of().parseHex(row));

    RgbImage image =
        decoder.decode(png(2, 1, depth, colourType, 0, deflate(filtered.toByteArray())));

    assertThat(image.rgb()[0] & 255).isEqualTo(first);
    assertThat(image.rgb()[3] & 255).isEqualTo(second);
  }

  @Test
  void scalesGreyOf16BitsIfAskedTo() throws IOException {
    byte[] row = {0, 0, 7, 0x12, 0x34};
    ImageRules scaled =
        new ImageRules(ImageRules.PUBLISHED.orientation(), ImageRules.DeepGrey.SCALE);

    RgbImage image = new ImageDecoder(scaled).decode(png(2, 1, 16, 0, 0, deflate(row)));

    assertThat(image.rgb()).containsExactly(0, 0, 0, 0x12, 0x12, 0x12);
  }

  @Test
  void readsAnInterlacedPng() throws IOException {
    // Three by three: passes 1 (one pixel), 4 (column 2), 5 (row 2, columns 0 and 2), 6 (column 1),
    // 7 (row 1); passes 2 and 3 are empty.
    byte[] raw = {0, 10, 0, 12, 0, 30, 32, 0, 11, 0, 31, 0, 20, 21, 22};

    RgbImage image = decoder.decode(png(3, 3, 8, 0, 1, deflate(raw)));

    byte[] reds = new byte[9];
    for (int i = 0; i < 9; i++) {
      reds[i] = image.rgb()[3 * i];
    }
    assertThat(reds).containsExactly(10, 11, 12, 20, 21, 22, 30, 31, 32);
  }

  @Test
  void refusesAPngThatContradictsItself() throws IOException {
    assertRefused(
        png(2, 2, 8, 0, 0, deflate(new byte[3])),
        Reason.UNREADABLE,
        "it has fewer pixels than its header says");
    assertRefused(png(1, 1, 8, 3, 0, deflate(new byte[2])), Reason.UNREADABLE, "it has no palette");
    assertRefused(
        png(1, 1, 8, 0, 0, deflate(new byte[] {9, 0})),
        Reason.UNREADABLE,
        "one of its rows has the unknown filter 9");
    assertRefused(
        png(0, 1, 8, 0, 0, deflate(new byte[2])),
        Reason.UNREADABLE,
        "its header says 0 x 1 pixels");
    assertRefused(
        png(1, 1, 3, 0, 0, deflate(new byte[2])),
        Reason.UNREADABLE,
        "its PNG header is invalid (colour type 0, depth 3)");
    byte[] wrongSum = png(1, 1, 8, 0, 0, deflate(new byte[2]));
    wrongSum[30]++;
    assertRefused(
        wrongSum,
        Reason.UNREADABLE,
        "its IHDR chunk has a wrong checksum; replace the file or remove the example");
  }

  @Test
  void travelsToExecutors() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream stream = new ObjectOutputStream(bytes)) {
      stream.writeObject(new ImagePreparation(VisionEncoder.CLIP, 14));
    }
    try (ObjectInputStream stream =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      ImagePreparation preparation = (ImagePreparation) stream.readObject();
      assertThat(preparation.prepare(ReferenceImages.file("small.png")))
          .isEqualTo(
              new ImagePreparation(VisionEncoder.CLIP, 14)
                  .prepare(ReferenceImages.file("small.png")));
    }
  }

  private void assertRefused(byte[] file, Reason reason, String message) {
    assertThatThrownBy(() -> decoder.decode(file))
        .isInstanceOf(UnusableImageException.class)
        .hasMessageContaining(message)
        .extracting(e -> ((UnusableImageException) e).reason())
        .isEqualTo(reason);
  }

  private static int find(byte[] jpeg, int marker) {
    for (int i = 0; i < jpeg.length; i++) {
      if ((jpeg[i] & 255) == 0xff && (jpeg[i + 1] & 255) == marker) {
        return i;
      }
    }
    throw new AssertionError("no marker " + marker);
  }

  private static byte[] deflate(byte[] raw) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DeflaterOutputStream stream = new DeflaterOutputStream(bytes)) {
      stream.write(raw);
    }
    return bytes.toByteArray();
  }

  private static byte[] png(
      int width, int height, int depth, int colourType, int interlace, byte[] data)
      throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream stream = new DataOutputStream(bytes);
    stream.writeLong(0x89504e470d0a1a0aL);
    ByteArrayOutputStream header = new ByteArrayOutputStream();
    DataOutputStream fields = new DataOutputStream(header);
    fields.writeInt(width);
    fields.writeInt(height);
    fields.write(new byte[] {(byte) depth, (byte) colourType, 0, 0, (byte) interlace});
    chunk(stream, "IHDR", header.toByteArray());
    chunk(stream, "IDAT", data);
    chunk(stream, "IEND", new byte[0]);
    return bytes.toByteArray();
  }

  private static void chunk(DataOutputStream stream, String name, byte[] data) throws IOException {
    byte[] letters = name.getBytes(StandardCharsets.US_ASCII);
    CRC32 crc = new CRC32();
    crc.update(letters);
    crc.update(data);
    stream.writeInt(data.length);
    stream.write(letters);
    stream.write(data);
    stream.writeInt((int) crc.getValue());
  }
}
