package parrot.datasets.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import parrot.datasets.EnvironmentException;
import parrot.datasets.image.UnusableImageException.Reason;

class WebpDecoderTest {
  private final ImageDecoder decoder = new ImageDecoder();

  /** The sums are those of the pixels that {@code dwebp -ppm} of libwebp 1.2.4 writes. */
  @ParameterizedTest
  @CsvSource({
    "lossless-wide.webp, 512, 256,"
        + " 1c33b7bd43350203733718e88db94f7ea8bc990e7d66d27b86f43b4d53b84bdf",
    "lossless-square.webp, 512, 512,"
        + " a70274be5e6534e99fa1af01aed47381bf32358510d013d6256f97f3a9ceb74d"
  })
  void decodesLosslessImagesToTheValuesOfLibwebp(String name, int width, int height, String sum)
      throws Exception {
    RgbImage image = decoder.decode(picture(name));

    assertThat(image.width()).isEqualTo(width);
    assertThat(image.height()).isEqualTo(height);
    assertThat(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(image.rgb())))
        .isEqualTo(sum);
  }

  @Test
  void refusesABitstreamThatEndsEarlyInsideAWholeFile() {
    assertRefused(cut(picture("smooth.webp"), 4), Reason.TRUNCATED, "the file ends before");
    assertRefused(cut(picture("smooth.webp"), 400), Reason.TRUNCATED, "the file ends before");
    assertRefused(
        cut(picture("smooth.webp"), 100), Reason.UNREADABLE, "(libwebp: BitstreamError); replace");
    assertRefused(
        cut(picture("lossless-wide.webp"), 2_000),
        Reason.UNREADABLE,
        "(libwebp: BitstreamError); replace");
  }

  @Test
  void refusesAFrameThatIsNoKeyFrame() {
    byte[] file = picture("smooth.webp");
    file[20] |= 1;

    assertRefused(
        file, Reason.UNREADABLE, "its pixels cannot be decoded (libwebp: BitstreamError); replace");
  }

  @ParameterizedTest
  @ValueSource(strings = {"smooth.webp", "noise.webp", "alpha.webp", "lossless-wide.webp"})
  void endsInARefusalOrAnImageWhereverABitstreamIsDamagedOrEnds(String name) {
    byte[] file = picture(name);
    Random random = new Random(7);
    for (int trial = 0; trial < 300; trial++) {
      byte[] damaged = file.clone();
      for (int i = 0; i <= trial % 3; i++) {
        int range = trial % 2 == 0 ? Math.min(120, file.length) : file.length;
        damaged[12 + random.nextInt(range - 12)] = (byte) random.nextInt();
      }
      decodeOrRefuse(damaged);
    }
    for (int length = 0; 20 + length < file.length; length += 1 + file.length / 500) {
      decodeOrRefuse(cut(file, length));
    }
  }

  private static void decodeOrRefuse(byte[] file) {
    try {
      assertThat(new ImageDecoder(new ImageLimits(1_000_000, 5_000)).decode(file).rgb())
          .isNotEmpty();
    } catch (UnusableImageException e) {
      assertThat(e).hasMessageStartingWith("Cannot use the image: ").hasMessageContaining("; ");
    }
  }

  @Test
  void decodesInSeveralThreads() throws Exception {
    byte[] file = picture("lossless-wide.webp");
    byte[] expected = decoder.decode(file).rgb();
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      List<Future<byte[]>> decoded = new ArrayList<>();
      for (int i = 0; i < 64; i++) {
        decoded.add(threads.submit(() -> decoder.decode(file).rgb()));
      }
      for (Future<byte[]> image : decoded) {
        assertThat(image.get()).isEqualTo(expected);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void namesTheLibraryAndThePlatformIfItCannotBeLoaded(@TempDir Path temporary) throws Exception {
    assertThat(inAProcessOfItsOwn(temporary, "-Dos.arch=pdp11"))
        .contains(
            EnvironmentException.class.getName()
                + ": Cannot load the native library libwebp, which decodes WebP images, on "
                + System.getProperty("os.name")
                + " pdp11: ")
        .contains("No native library found");
  }

  @Test
  void leavesNothingInTheTemporaryFolder(@TempDir Path temporary) throws Exception {
    assertThat(inAProcessOfItsOwn(temporary, "-Xshare:auto")).endsWith("decoded");
  }

  /** Decodes an image in another process; returns what that says, its temporary folder empty. */
  private static String inAProcessOfItsOwn(Path temporary, String option) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                option,
                "-Djava.io.tmpdir=" + temporary,
                "-cp",
                System.getProperty("java.class.path"),
                Decoding.class.getName())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes()).strip();
    process.waitFor();
    try (var files = Files.list(temporary)) {
      assertThat(files).isEmpty();
    }
    return output;
  }

  /** Stops without the tidying of an orderly exit, as an executor does that is killed. */
  static final class Decoding {
    public static void main(String[] args) {
      try {
        new ImageDecoder().decode(picture("smooth.webp"));
        System.out.println("decoded");
      } catch (EnvironmentException e) {
        System.out.println(e);
      }
      Runtime.getRuntime().halt(0);
    }
  }

  private void assertRefused(byte[] file, Reason reason, String message) {
    assertThatThrownBy(() -> decoder.decode(file))
        .isInstanceOf(UnusableImageException.class)
        .hasMessageContaining(message)
        .extracting(e -> ((UnusableImageException) e).reason())
        .isEqualTo(reason);
  }

  /** The file with only {@code length} bytes of its first chunk, whose header agrees. */
  private static byte[] cut(byte[] file, int length) {
    byte[] cut = Arrays.copyOf(file, 20 + length + (length & 1));
    ByteBuffer fields = ByteBuffer.wrap(cut).order(ByteOrder.LITTLE_ENDIAN);
    return fields.putInt(4, cut.length - 8).putInt(16, length).array();
  }

  private static byte[] picture(String name) {
    return ReferenceImages.resource("/pictures/" + name);
  }
}
