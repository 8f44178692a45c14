package parrot.datasets.image;

import com.luciad.imageio.webp.WebPReadParam;
import com.luciad.imageio.webp.WebPWrapper;
import com.luciad.imageio.webp.internal.NativeLoader;
import com.luciad.imageio.webp.internal.VP8StatusCode;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import parrot.datasets.EnvironmentException;

/**
 * libwebp, which Pillow decodes WebP with as well. Loaded when the first image asks for it. Safe
 * for use by several threads.
 */
final class LibWebp {
  private static final String FOLDER = "com.luciad.imageio.webp.tmpdir";

  private static WebPReadParam defaults;

  private LibWebp() {}

  /**
   * Decodes the chunk ("VP8 " or "VP8L", with its header) in {@code file[start, start + length)}.
   * The caller has checked the size that it announces.
   *
   * @throws UnusableImageException if it is damaged
   * @throws EnvironmentException if the native library cannot be loaded
   */
  static RgbImage decode(byte[] file, int start, int length) {
    requireLoaded();
    int[] result = new int[4]; // status, width, height, has alpha
    int[] pixels;
    try {
      pixels = decode(file, start, length, result);
    } catch (Exception e) { // an IOException that the library does not declare
      VP8StatusCode status = VP8StatusCode.Companion.getStatusCode(result[0]);
      if (status == VP8StatusCode.NotEnoughData || status == VP8StatusCode.Suspended) {
        throw UnusableImageException.truncated(file.length).causedBy(e);
      }
      throw UnusableImageException.unreadable(
              "its pixels cannot be decoded (libwebp: " + status + ")")
          .causedBy(e);
    }
    return new RgbImage(result[1], result[2], withoutAlpha(pixels));
  }

  /**
   * One image at a time: the library keeps the heap from being collected while it decodes, and Java
   * 17 reports a full heap if several threads do so in turn.
   */
  private static synchronized int[] decode(byte[] file, int start, int length, int[] result) {
    return WebPWrapper.INSTANCE.decode(
        defaults.getDecoderOptions$webp_imageio(), file, start, length, result);
  }

  private static byte[] withoutAlpha(int[] pixels) {
    byte[] rgb = new byte[3 * pixels.length];
    int target = 0;
    for (int pixel : pixels) {
      rgb[target++] = (byte) (pixel >> 16);
      rgb[target++] = (byte) (pixel >> 8);
      rgb[target++] = (byte) pixel;
    }
    return rgb;
  }

  private static synchronized void requireLoaded() {
    if (defaults == null) {
      load();
      defaults = new WebPReadParam(); // one for all images: the library never frees it
    }
  }

  /**
   * The loader searches the whole temporary folder for what other processes left, and unpacks the
   * library there until the process ends, or for ever if it is killed. A folder of this process
   * alone, removed once the library is in memory, spares both.
   */
  private static void load() {
    try {
      Path folder = Files.createTempDirectory("parrot-libwebp");
      System.setProperty(FOLDER, folder.toString());
      try {
        NativeLoader.initialize();
      } finally {
        remove(folder.toFile());
      }
    } catch (IOException | RuntimeException | LinkageError e) {
      throw new EnvironmentException(
          "Cannot load the native library libwebp, which decodes WebP images, on %s %s: %s; it needs"
                  .formatted(System.getProperty("os.name"), System.getProperty("os.arch"), e)
              + " a platform that the jar has it for (Linux with glibc) and a temporary folder"
              + " (java.io.tmpdir) that can be written to and is not mounted noexec",
          e);
    }
  }

  /** Elsewhere than on Linux a loaded library stays on disk until the process ends. */
  private static void remove(File folder) {
    File[] files = folder.listFiles();
    folder.deleteOnExit();
    for (File file : files == null ? new File[0] : files) {
      file.delete();
    }
    folder.delete();
  }
}
