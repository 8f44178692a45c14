package parrot.datasets.image;

import java.util.Arrays;

/**
 * The first frame of a GIF on its canvas, as Pillow shows it: what the frame leaves free has the
 * transparent colour of the frame, or else colour 0.
 */
final class GifDecoder {
  private static final int LARGEST_CODE = 4096;

  private final byte[] file;
  private final ImageBytes bytes;
  private final ImageLimits limits;
  private int at;
  private int transparent;

  GifDecoder(byte[] file, ImageLimits limits) {
    this.file = file;
    this.bytes = new ImageBytes(file);
    this.limits = limits;
  }

  RgbImage decode() {
    int width = bytes.little16(6);
    int height = bytes.little16(8);
    int flags = bytes.u8(10);
    at = 13;
    byte[] palette = greys();
    if ((flags & 0x80) != 0) {
      palette = readPalette(flags);
    }
    skipToFrame();
    int left = bytes.little16(at);
    int top = bytes.little16(at + 2);
    int columns = bytes.little16(at + 4);
    int rows = bytes.little16(at + 6);
    int frameFlags = bytes.u8(at + 8);
    at += 9;
    // A frame may reach over its canvas; then the canvas grows.
    width = Math.max(width, left + columns);
    height = Math.max(height, top + rows);
    limits.check(width, height);
    limits.check(columns, rows);
    if ((frameFlags & 0x80) != 0) {
      palette = readPalette(frameFlags);
    }
    byte[] frame = new byte[columns * rows];
    decodeFrame(frame);

    byte[] canvas = new byte[width * height];
    Arrays.fill(canvas, (byte) transparent);
    int[] order = (frameFlags & 0x40) != 0 ? interlacedRows(rows) : null;
    for (int y = 0; y < rows; y++) {
      int row = order == null ? y : order[y];
      System.arraycopy(frame, y * columns, canvas, (top + row) * width + left, columns);
    }
    byte[] rgb = new byte[3 * canvas.length];
    for (int i = 0; i < canvas.length; i++) {
      System.arraycopy(palette, 3 * (canvas[i] & 255), rgb, 3 * i, 3);
    }
    return new RgbImage(width, height, rgb);
  }

  private static byte[] greys() {
    byte[] palette = new byte[256 * 3];
    for (int i = 0; i < palette.length; i++) {
      palette[i] = (byte) (i / 3);
    }
    return palette;
  }

  private byte[] readPalette(int flags) {
    int length = 3 << ((flags & 7) + 1);
    bytes.require(at, length);
    byte[] palette = greys();
    System.arraycopy(file, at, palette, 0, length);
    at += length;
    return palette;
  }

  private void skipToFrame() {
    while (true) {
      int kind = bytes.u8(at++);
      switch (kind) {
        case 0x2c -> {
          return;
        }
        case 0x21 -> {
          int label = bytes.u8(at++);
          if (label == 0xf9 && bytes.u8(at) >= 4 && (bytes.u8(at + 1) & 1) != 0) {
            transparent = bytes.u8(at + 4);
          }
          for (int length = bytes.u8(at++); length > 0; length = bytes.u8(at++)) {
            at += length;
          }
        }
        case 0 -> {} // some writers pad
        case 0x3b -> throw UnusableImageException.unreadable("it is a GIF without a frame");
        default ->
            throw UnusableImageException.unreadable(
                "it has an unknown GIF block (%d)".formatted(kind));
      }
    }
  }

  private static int[] interlacedRows(int rows) {
    int[] order = new int[rows];
    int next = 0;
    int[][] passes = {{0, 8}, {4, 8}, {2, 4}, {1, 2}};
    for (int[] pass : passes) {
      for (int row = pass[0]; row < rows; row += pass[1]) {
        order[next++] = row;
      }
    }
    return order;
  }

  /** LZW with codes of growing length, in blocks of up to 255 bytes. */
  private void decodeFrame(byte[] frame) {
    int literalBits = bytes.u8(at++);
    if (literalBits < 1 || literalBits > 11) {
      throw UnusableImageException.unreadable("its GIF code size is " + literalBits);
    }
    int clear = 1 << literalBits;
    int end = clear + 1;
    int[] prefix = new int[LARGEST_CODE];
    byte[] suffix = new byte[LARGEST_CODE];
    byte[] stack = new byte[LARGEST_CODE + 1];
    for (int i = 0; i < clear; i++) {
      suffix[i] = (byte) i;
    }
    int next = end + 1;
    int codeBits = literalBits + 1;
    int previous = -1;
    int first = 0;
    long bits = 0;
    int held = 0;
    int block = 0;
    int filled = 0;
    while (filled < frame.length) {
      while (held < codeBits) {
        if (block == 0) {
          block = bytes.u8(at++);
          if (block == 0) {
            throw UnusableImageException.unreadable("it has fewer pixels than its header says");
          }
        }
        bits |= (long) bytes.u8(at++) << held;
        held += 8;
        block--;
      }
      int code = (int) (bits & ((1 << codeBits) - 1));
      bits >>>= codeBits;
      held -= codeBits;
      if (code == clear) {
        next = end + 1;
        codeBits = literalBits + 1;
        previous = -1;
        continue;
      }
      if (code == end) {
        throw UnusableImageException.unreadable("it has fewer pixels than its header says");
      }
      if (code > next || (previous < 0 && code >= clear)) {
        throw UnusableImageException.unreadable(
            "its compressed pixels are damaged (code " + code + ")");
      }
      int depth = 0;
      int walk = code;
      if (code == next) {
        stack[depth++] = (byte) first;
        walk = previous;
      }
      while (walk >= clear) {
        stack[depth++] = suffix[walk];
        walk = prefix[walk];
      }
      first = walk;
      stack[depth++] = (byte) first;
      while (depth > 0 && filled < frame.length) {
        frame[filled++] = stack[--depth];
      }
      if (previous >= 0 && next < LARGEST_CODE) {
        prefix[next] = previous;
        suffix[next] = (byte) first;
        next++;
        if (next == 1 << codeBits && codeBits < 12) {
          codeBits++;
        }
      }
      previous = code;
    }
  }
}
