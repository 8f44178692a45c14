package parrot.model.kernel;

import java.nio.ByteBuffer;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Memory;
import parrot.model.tensor.Tensor;

/**
 * A vector in 8 bits a value, as 8-bit Adam keeps its moments (Dettmers et al., arXiv 2110.02861,
 * section 2): each block of {@link #BLOCK} values has a scale, the largest of their sizes, and a
 * value is a level of its {@link Levels} times the scale. A block with a value that is not finite
 * becomes not-a-number.
 *
 * @param codes a byte for each value, four in each of its own, [1, n / 4]
 * @param scales of the blocks, [1, blocks]
 * @param count of values
 */
public record EightBit(Tensor codes, Tensor scales, int count, Levels levels) {
  /** Values that share a scale. */
  public static final int BLOCK = 256;

  /** Zeros. */
  public static EightBit allocate(Memory memory, int count, Levels levels) {
    return new EightBit(
        Tensor.allocate(memory, ElementType.F32, 1, codes(count)),
        Tensor.allocate(memory, ElementType.F32, 1, (int) blocks(count)),
        count,
        levels);
  }

  /** Values of {@link #codes} that hold so many. */
  private static int codes(int count) {
    return (count + Float.BYTES - 1) / Float.BYTES;
  }

  /**
   * Values from the start of a block on, over the same memory.
   *
   * @param length whole blocks, or all that are left
   */
  public EightBit part(int from, int length) {
    return new EightBit(
        codes.window(from / Float.BYTES, codes(length)),
        scales.window(from / BLOCK, (int) blocks(length)),
        length,
        levels);
  }

  /** The same values in other memory; itself if they lie there. */
  public EightBit in(Memory memory) {
    return memory == codes.memory()
        ? this
        : new EightBit(codes.in(memory), scales.in(memory), count, levels);
  }

  /** Takes the values of one of the same size, one of the two on the host. */
  public void set(EightBit other) {
    codes.set(other.codes);
    scales.set(other.scales);
  }

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
   * Turns blocks into float32, on the host.
   *
   * @param floats of all values, in native order
   */
  public void unpack(int fromBlock, int toBlock, ByteBuffer floats) {
    ByteBuffer codes = this.codes.buffer();
    ByteBuffer scales = this.scales.buffer();
    for (int block = fromBlock; block < toBlock; block++) {
      float scale = scales.getFloat(Float.BYTES * block);
      int end = Math.min(count, (block + 1) * BLOCK);
      for (int i = block * BLOCK; i < end; i++) {
        floats.putFloat(Float.BYTES * i, levels.level(codes.get(i)) * scale);
      }
    }
  }

  /**
   * Takes blocks from float32, on the host.
   *
   * @param floats of all values, in native order
   */
  public void pack(int fromBlock, int toBlock, ByteBuffer floats) {
    ByteBuffer codes = this.codes.buffer();
    ByteBuffer scales = this.scales.buffer();
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
