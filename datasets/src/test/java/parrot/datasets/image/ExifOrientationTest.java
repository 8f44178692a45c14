package parrot.datasets.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExifOrientationTest {
  private static final ImageDecoder AS_STORED = new ImageDecoder();
  private static final ImageDecoder UPRIGHT =
      new ImageDecoder(
          new ImageRules(ImageRules.Orientation.APPLY, ImageRules.PUBLISHED.deepGrey()));

  /** What Pillow's exif_transpose makes of {@code abc / def}. */
  @ParameterizedTest
  @CsvSource({
    "1, 'abc def'",
    "2, 'cba fed'",
    "3, 'fed cba'",
    "4, 'def abc'",
    "5, 'ad be cf'",
    "6, 'da eb fc'",
    "7, 'fc eb da'",
    "8, 'cf be ad'",
    "9, 'abc def'", // no orientation
    "0, 'abc def'"
  })
  void turnsThePixelsOfAPng(int orientation, String expected) throws IOException {
    byte[] png = png("abc", "def");
    for (boolean little : new boolean[] {true, false}) {
      byte[] file = withChunk(png, tiff(orientation, little));
      assertThat(letters(UPRIGHT.decode(file))).isEqualTo(expected);
      assertThat(letters(AS_STORED.decode(file))).isEqualTo("abc def");
    }
  }

  @Test
  void readsItInAJpeg() throws IOException {
    ByteArrayOutputStream jpeg = new ByteArrayOutputStream();
    ImageIO.write(new BufferedImage(5, 3, BufferedImage.TYPE_INT_RGB), "jpeg", jpeg);
    byte[] plain = jpeg.toByteArray();
    byte[] tiff = tiff(6, true);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.write(plain, 0, 2);
    out.writeShort(0xffe1);
    out.writeShort(2 + 6 + tiff.length);
    out.write("Exif\0\0".getBytes(StandardCharsets.US_ASCII));
    out.write(tiff);
    out.write(plain, 2, plain.length - 2);
    RgbImage turned = UPRIGHT.decode(bytes.toByteArray());
    assertThat(turned.width()).isEqualTo(3);
    assertThat(turned.height()).isEqualTo(5);
    assertThat(UPRIGHT.decode(plain).width()).isEqualTo(5);
  }

  /** Pixels would not change; whether there is one is all that is asked. */
  @Test
  void readsItInAWebp() {
    byte[] tiff = tiff(8, false);
    byte[] file = new byte[20 + tiff.length + 8];
    byte[] head = "RIFF\0\0\0\0WEBPEXIF".getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(head, 0, file, 0, head.length);
    file[16] = (byte) tiff.length;
    System.arraycopy(tiff, 0, file, 20, tiff.length);
    assertThat(ExifOrientation.of(file)).isEqualTo(8);
  }

  @Test
  void damagedDataSaysNothing() throws IOException {
    byte[] tiff = tiff(6, true);
    for (int length = 0; length < tiff.length - 4; length++) {
      byte[] file = withChunk(png("abc", "def"), Arrays.copyOf(tiff, length));
      assertThat(letters(UPRIGHT.decode(file))).as("%d bytes", length).hasSizeBetween(7, 8);
    }
    byte[] wild = tiff.clone();
    wild[7] = 0x7f; // a directory beyond the end
    assertThat(letters(UPRIGHT.decode(withChunk(png("abc", "def"), wild)))).isEqualTo("abc def");
  }

  private static byte[] tiff(int orientation, boolean little) {
    String hex =
        little
            ? "49492a00 08000000 0100 1201 0300 01000000 %02x000000 00000000"
            : "4d4d002a 00000008 0001 0112 0003 00000001 00%02x0000 00000000";
    String digits = hex.formatted(orientation).replace(" ", "");
    byte[] bytes = new byte[digits.length() / 2];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) Integer.parseInt(digits.substring(2 * i, 2 * i + 2), 16);
    }
    return bytes;
  }

  private static byte[] png(String... rows) throws IOException {
    BufferedImage image =
        new BufferedImage(rows[0].length(), rows.length, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < rows.length; y++) {
      for (int x = 0; x < rows[y].length(); x++) {
        image.setRGB(x, y, rows[y].charAt(x) << 16);
      }
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageIO.write(image, "png", bytes);
    return bytes.toByteArray();
  }

  /** A PNG with a chunk of EXIF data behind its header. */
  private static byte[] withChunk(byte[] png, byte[] data) throws IOException {
    byte[] named = new byte[4 + data.length];
    System.arraycopy("eXIf".getBytes(StandardCharsets.US_ASCII), 0, named, 0, 4);
    System.arraycopy(data, 0, named, 4, data.length);
    CRC32 checksum = new CRC32();
    checksum.update(named);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.write(png, 0, 33);
    out.writeInt(data.length);
    out.write(named);
    out.writeInt((int) checksum.getValue());
    out.write(png, 33, png.length - 33);
    return bytes.toByteArray();
  }

  private static String letters(RgbImage image) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < image.width() * image.height(); i++) {
      text.append(i > 0 && i % image.width() == 0 ? " " : "").append((char) image.rgb()[3 * i]);
    }
    return text.toString();
  }
}
