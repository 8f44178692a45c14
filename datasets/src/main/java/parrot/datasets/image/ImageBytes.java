package parrot.datasets.image;

/** The integers in an image file. Reading past its end reports a truncated image. */
final class ImageBytes {
  private final byte[] data;

  ImageBytes(byte[] data) {
    this.data = data;
  }

  int length() {
    return data.length;
  }

  int u8(int offset) {
    require(offset, 1);
    return data[offset] & 255;
  }

  int big16(int offset) {
    return u8(offset) << 8 | u8(offset + 1);
  }

  long big32(int offset) {
    return (long) big16(offset) << 16 | big16(offset + 2);
  }

  int little16(int offset) {
    return u8(offset) | u8(offset + 1) << 8;
  }

  int little24(int offset) {
    return little16(offset) | u8(offset + 2) << 16;
  }

  long little32(int offset) {
    return little16(offset) | (long) little16(offset + 2) << 16;
  }

  /** The four characters of a chunk's name. */
  String name(int offset) {
    StringBuilder name = new StringBuilder(4);
    for (int i = 0; i < 4; i++) {
      name.append((char) u8(offset + i));
    }
    return name.toString();
  }

  /** Fails unless {@code count} bytes follow from {@code offset}. */
  void require(long offset, long count) {
    if (offset < 0 || offset + count > data.length) {
      throw UnusableImageException.truncated(data.length);
    }
  }
}
