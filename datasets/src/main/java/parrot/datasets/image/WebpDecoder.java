package parrot.datasets.image;

/**
 * WebP, lossy and lossless; of an animation the first frame on its canvas. The container is read
 * here and the bitstream alone handed on, so that colour profiles and metadata can neither change
 * an image nor make it fail.
 */
final class WebpDecoder {
  private static final int CHUNK_HEADER = 8;

  private final byte[] file;
  private final ImageBytes bytes;
  private final ImageLimits limits;

  WebpDecoder(byte[] file, ImageLimits limits) {
    this.file = file;
    this.bytes = new ImageBytes(file);
    this.limits = limits;
  }

  RgbImage decode() {
    String first = bytes.name(12);
    if (!first.equals("VP8X")) {
      return decodeBitstream(12);
    }
    long width = bytes.little24(24) + 1L;
    long height = bytes.little24(27) + 1L;
    limits.check(width, height);
    for (long at = next(12); at + CHUNK_HEADER <= file.length; at = next((int) at)) {
      String name = bytes.name((int) at);
      if (name.equals("VP8 ") || name.equals("VP8L")) {
        return decodeBitstream((int) at);
      }
      if (name.equals("ANMF")) {
        return firstFrame((int) at, (int) width, (int) height);
      }
    }
    throw UnusableImageException.truncated(file.length);
  }

  private RgbImage firstFrame(int frame, int width, int height) {
    int left = 2 * bytes.little24(frame + 8);
    int top = 2 * bytes.little24(frame + 11);
    int at = frame + CHUNK_HEADER + 16;
    while (bytes.name(at).equals("ALPH")) {
      at = (int) Math.min(Integer.MAX_VALUE - CHUNK_HEADER, next(at));
    }
    RgbImage image = decodeBitstream(at);
    if (image.width() == width && image.height() == height) {
      return image;
    }
    if (left + image.width() > width || top + image.height() > height) {
      throw UnusableImageException.unreadable("its first frame reaches over the image");
    }
    byte[] canvas = new byte[3 * width * height];
    for (int y = 0; y < image.height(); y++) {
      int target = 3 * ((top + y) * width + left);
      System.arraycopy(image.rgb(), 3 * y * image.width(), canvas, target, 3 * image.width());
    }
    return new RgbImage(width, height, canvas);
  }

  private long next(int chunk) {
    long length = bytes.little32(chunk + 4);
    return chunk + CHUNK_HEADER + length + (length & 1);
  }

  private RgbImage decodeBitstream(int chunk) {
    long length = bytes.little32(chunk + 4);
    int start = chunk + CHUNK_HEADER;
    bytes.require(start, length);
    switch (bytes.name(chunk)) {
      case "VP8 " ->
          limits.check(bytes.little16(start + 6) & 0x3fff, bytes.little16(start + 8) & 0x3fff);
      case "VP8L" -> {
        long sizes = bytes.little32(start + 1);
        limits.check((sizes & 0x3fff) + 1, (sizes >> 14 & 0x3fff) + 1);
      }
      default -> throw UnusableImageException.unreadable("it is a WebP file without an image");
    }
    return LibWebp.decode(file, chunk, CHUNK_HEADER + (int) length);
  }
}
