package parrot.model.kernel;

import java.nio.ByteBuffer;

/**
 * A vector in 8 bits a value, as 8-bit Adam keeps its moments (Dettmers et al., arXiv 2110.02861,
 * section 2): each block of {@link #BLOCK} values has a scale, the largest of their sizes, and a
 * value is a level of its {@link Levels} times the scale. A block with a value that is not finite
 * becomes not-a-number.
 *
 * @param codes a byte for each value
 * @param scales a float32 for each block, in native order
 * @param count of values
 */
public record EightBit(ByteBuffer codes, ByteBuffer scales, int count, Levels levels) {
  /** Values that share a scale. */
  public static final int BLOCK = 256;

  /** Blocks of so many values. */
  public static long blocks(long values) {
    return (values + BLOCK - 1) / BLOCK;
  }

  /** Bytes of so many values. */
  public static long bytes(long values) {
    return values + Float.BYTES * blocks(values);
  }

  /** Blocks of this vector. */
  public int blocks() {
    return (int) blocks(count);
  }

  /**
   * Turns blocks into float32.
   *
   * @param floats of all values, in native order
   */
  public void unpack(int fromBlock, int toBlock, ByteBuffer floats) {
    for (int block = fromBlock; block < toBlock; block++) {
      float scale = scales.getFloat(Float.BYTES * block);
      int end = Math.min(count, (block + 1) * BLOCK);
      for (int i = block * BLOCK; i < end; i++) {
        floats.putFloat(Float.BYTES * i, levels.level(codes.get(i)) * scale);
      }
    }
  }

  /**
   * Takes blocks from float32.
   *
   * @param floats of all values, in native order
   */
  public void pack(int fromBlock, int toBlock, ByteBuffer floats) {
    for (int block = fromBlock; block < toBlock; block++) {
      int start = block * BLOCK;
      int end = Math.min(count, start + BLOCK);
      float scale = 0;
      for (int i = start; i < end; i++) {
        scale = Math.max(scale, Math.abs(floats.getFloat(Float.BYTES * i)));
      }
      scale = scale < Float.POSITIVE_INFINITY ? scale : Float.NaN;
      scales.putFloat(Float.BYTES * block, scale);
      for (int i = start; i < end; i++) {
        codes.put(i, levels.code(floats.getFloat(Float.BYTES * i), scale));
      }
    }
  }
}
