package parrot.datasets.image;

import java.awt.image.Raster;
import java.io.ByteArrayOutputStream;

/**
 * JPEG: baseline and progressive, grey, YCbCr, RGB, CMYK and YCCK.
 *
 * <p>The decoder of the JDK gets the tables and scans only, and is asked for raw components. So no
 * profile, thumbnail or damaged metadata can fail or change an image, and the colour rules are
 * those of libjpeg and Pillow, below, on every runtime.
 */
final class JpegDecoder {
  private static final int UNKNOWN_TRANSFORM = -1;

  private final byte[] file;
  private final ImageBytes bytes;
  private final ImageLimits limits;
  private final ByteArrayOutputStream stripped = new ByteArrayOutputStream();
  private int width;
  private int height;
  private int[] components; // their ids, in the order of the frame header
  private boolean progressive;
  private boolean jfif;
  private int adobeTransform = UNKNOWN_TRANSFORM;

  JpegDecoder(byte[] file, ImageLimits limits) {
    this.file = file;
    this.bytes = new ImageBytes(file);
    this.limits = limits;
  }

  RgbImage decode() {
    int scan = readSegments();
    boolean everything = bytes.u8(scan + 4) == components.length && !progressive;
    boolean complete = hasEnd(scan);
    // One scan of all components shows by itself whether it is complete; a missing later scan would
    // go unnoticed.
    if (!complete && !everything) {
      throw UnusableImageException.truncated(file.length);
    }
    stripped.write(file, scan, file.length - scan);
    stripped.write(0xff);
    stripped.write(0xd9);
    Raster raster = ImageIoDecoder.jpegComponents(stripped.toByteArray(), file.length);
    int channels = components.length;
    if (raster.getNumBands() != channels) {
      throw UnusableImageException.unreadable(
          "it has %d components in %d channels".formatted(channels, raster.getNumBands()));
    }
    byte[] samples = new byte[width * channels];
    byte[] rgb = new byte[3 * width * height];
    for (int y = 0; y < height; y++) {
      raster.getDataElements(0, y, width, 1, samples);
      int target = 3 * y * width;
      switch (channels) {
        case 1 -> fromGrey(samples, rgb, target);
        case 3 -> fromThree(samples, rgb, target);
        default -> fromFour(samples, rgb, target);
      }
    }
    return new RgbImage(width, height, rgb);
  }

  /** Copies what the pixels need; returns the offset of the first scan's marker. */
  private int readSegments() {
    stripped.write(0xff);
    stripped.write(0xd8);
    int at = 2;
    while (true) {
      while (bytes.u8(at) != 0xff) {
        at++; // libjpeg skips what stands between segments, too
      }
      while (bytes.u8(at + 1) == 0xff) {
        at++;
      }
      int marker = bytes.u8(at + 1);
      if (marker == 0xda) {
        bytes.require(at, 5);
        if (components == null) {
          throw UnusableImageException.unreadable("its JPEG header is missing");
        }
        return at;
      }
      if (marker == 0xd9) {
        throw UnusableImageException.unreadable("it is a JPEG without pixels");
      }
      if (marker <= 0x01 || (marker >= 0xd0 && marker <= 0xd8)) {
        at += 2;
        continue;
      }
      int length = bytes.big16(at + 2);
      bytes.require(at, length + 2L);
      if (length < 2) {
        throw UnusableImageException.unreadable(
            "one of its JPEG segments has %d bytes".formatted(length));
      }
      boolean needed = marker == 0xdb || marker == 0xc4 || marker == 0xdd;
      if (marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc) {
        readFrame(marker, at);
        needed = true;
      } else if (marker == 0xe0 && length >= 7 && bytes.name(at + 4).equals("JFIF")) {
        jfif = true;
      } else if (marker == 0xee && length >= 14 && bytes.name(at + 4).equals("Adob")) {
        adobeTransform = bytes.u8(at + 15);
      }
      if (needed) {
        stripped.write(file, at, length + 2);
      }
      at += length + 2;
    }
  }

  private void readFrame(int marker, int at) {
    if (marker > 0xc2) {
      throw UnusableImageException.unsupported(
          "it is a JPEG of an uncommon process (SOF%d; lossless, arithmetic or hierarchical)"
              .formatted(marker - 0xc0));
    }
    int precision = bytes.u8(at + 4);
    if (precision != 8) {
      throw UnusableImageException.unsupported(
          "it is a JPEG of %d bits a sample".formatted(precision));
    }
    progressive = marker == 0xc2;
    height = bytes.big16(at + 5);
    width = bytes.big16(at + 7);
    limits.check(width, height);
    int count = bytes.u8(at + 9);
    if (count != 1 && count != 3 && count != 4) {
      throw UnusableImageException.unsupported("it is a JPEG of %d components".formatted(count));
    }
    components = new int[count];
    for (int i = 0; i < count; i++) {
      components[i] = bytes.u8(at + 10 + 3 * i);
    }
  }

  private boolean hasEnd(int scan) {
    for (int i = file.length - 2; i > scan; i--) {
      if (file[i] == (byte) 0xff && file[i + 1] == (byte) 0xd9) {
        return true;
      }
    }
    return false;
  }

  private static void fromGrey(byte[] samples, byte[] rgb, int start) {
    int target = start;
    for (byte sample : samples) {
      rgb[target++] = sample;
      rgb[target++] = sample;
      rgb[target++] = sample;
    }
  }

  /**
   * libjpeg's rule: JFIF means YCbCr, else Adobe's marker tells, else components named R, G, B are
   * that.
   */
  private boolean isRgb() {
    if (jfif) {
      return false;
    }
    if (adobeTransform != UNKNOWN_TRANSFORM) {
      return adobeTransform == 0;
    }
    return components[0] == 'R' && components[1] == 'G' && components[2] == 'B';
  }

  private void fromThree(byte[] samples, byte[] rgb, int start) {
    if (isRgb()) {
      System.arraycopy(samples, 0, rgb, start, samples.length);
      return;
    }
    for (int i = 0; i < samples.length; i += 3) {
      int luma = samples[i] & 255;
      int blue = (samples[i + 1] & 255) - 128;
      int red = (samples[i + 2] & 255) - 128;
      rgb[start + i] = (byte) red(luma, red);
      rgb[start + i + 1] = (byte) green(luma, blue, red);
      rgb[start + i + 2] = (byte) blue(luma, blue);
    }
  }

  /**
   * Four components hold inverted ink, as Adobe writes it and Pillow assumes it; YCCK is that
   * behind a YCbCr transform.
   */
  private void fromFour(byte[] samples, byte[] rgb, int start) {
    boolean transformed = adobeTransform != UNKNOWN_TRANSFORM && adobeTransform != 0;
    int target = start;
    for (int i = 0; i < samples.length; i += 4) {
      int cyan = samples[i] & 255;
      int magenta = samples[i + 1] & 255;
      int yellow = samples[i + 2] & 255;
      if (transformed) {
        int luma = cyan;
        int blue = magenta - 128;
        int red = yellow - 128;
        cyan = 255 - red(luma, red);
        magenta = 255 - green(luma, blue, red);
        yellow = 255 - blue(luma, blue);
      }
      int light = samples[i + 3] & 255;
      rgb[target++] = (byte) ink(255 - cyan, light);
      rgb[target++] = (byte) ink(255 - magenta, light);
      rgb[target++] = (byte) ink(255 - yellow, light);
    }
  }

  /**
   * What is left of the light when a share of it (ink / 255, rounded as Pillow does) is absorbed.
   */
  private static int ink(int ink, int light) {
    int product = ink * light + 128;
    return clip(light - (((product >> 8) + product) >> 8));
  }

  // The conversion of JFIF in 16-bit fixed point, rounded as libjpeg does.

  private static int red(int luma, int red) {
    return clip(luma + ((91881 * red + 32768) >> 16));
  }

  private static int green(int luma, int blue, int red) {
    return clip(luma + ((-22554 * blue - 46802 * red + 32768) >> 16));
  }

  private static int blue(int luma, int blue) {
    return clip(luma + ((116130 * blue + 32768) >> 16));
  }

  private static int clip(int value) {
    return Math.max(0, Math.min(255, value));
  }
}
