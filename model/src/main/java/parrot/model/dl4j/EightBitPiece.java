package parrot.model.dl4j;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import parrot.model.kernel.EightBit;
import parrot.model.kernel.Levels;
import parrot.model.tensor.Memory;

/** Values in 8 bits each. */
final class EightBitPiece implements Piece {
  private static final int BLOCK = EightBit.BLOCK;

  private final EightBit values;

  /**
   * @param memory that they are to lie in
   */
  EightBitPiece(long length, Levels levels, Memory memory) {
    values = EightBit.allocate(memory, Math.toIntExact(length), levels);
  }

  @Override
  public long length() {
    return values.count();
  }

  /**
   * Values from the start of a block on.
   *
   * @param count whole blocks, or all that are left
   */
  EightBit blocks(long from, int count) {
    return values.part((int) from, count);
  }

  /** The blocks that a stretch touches. */
  private final class Touched {
    final EightBit packed;
    final EightBit host;
    final ByteBuffer floats;
    final int at;

    Touched(long from, int count) {
      long start = from / BLOCK * BLOCK;
      int all = (int) (Math.min(length(), EightBit.blocks(from + count) * BLOCK) - start);
      packed = blocks(start, all);
      host = packed.in(Memory.HOST);
      floats = ByteBuffer.allocate(Float.BYTES * all).order(ByteOrder.nativeOrder());
      at = Float.BYTES * (int) (from - start);
      host.unpack(0, host.blocks(), floats);
    }
  }

  @Override
  public void read(long from, int count, ByteBuffer floats, int at) {
    Touched touched = new Touched(from, count);
    floats.put(at, touched.floats, touched.at, Float.BYTES * count);
  }

  /** Values of the same block that are not written keep theirs, rounded once more. */
  @Override
  public void write(long from, int count, ByteBuffer floats, int at) {
    Touched touched = new Touched(from, count);
    touched.floats.put(touched.at, floats, at, Float.BYTES * count);
    touched.host.pack(0, touched.host.blocks(), touched.floats);
    if (touched.host != touched.packed) {
      touched.packed.set(touched.host);
    }
  }

  void clear() {
    Memory memory = values.scales().memory();
    memory.clear(values.scales().address(), Float.BYTES * values.scales().size());
  }
}
