package parrot.jobs.preprocess;

import java.util.zip.CRC32;
import java.util.zip.CRC32C;

/** A number for an image, equal for equal pixels and hardly ever for others; never 0. */
final class ImageNumber {
  private ImageNumber() {}

  static long of(byte[] pixels) {
    CRC32 high = new CRC32();
    CRC32C low = new CRC32C();
    high.update(pixels);
    low.update(pixels);
    return high.getValue() << Integer.SIZE | Math.max(1, low.getValue());
  }
}
