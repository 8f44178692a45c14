package parrot.model.dl4j;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import parrot.model.kernel.EightBit;
import parrot.model.kernel.Levels;
import parrot.model.tensor.Tensor;

/** Values in 8 bits each. */
final class EightBitPiece implements Piece {
  private static final int BLOCK = EightBit.BLOCK;

  private final long length;
  private final Levels levels;
  private final Tensor codes; // four in each of its values
  private final Tensor scales;

  EightBitPiece(long length, Levels levels) {
    this.length = length;
    this.levels = levels;
    codes = Tensor.allocate(1, Math.toIntExact((length + Float.BYTES - 1) / Float.BYTES));
    scales = Tensor.allocate(1, Math.toIntExact(EightBit.blocks(length)));
  }

  @Override
  public long length() {
    return length;
  }

  /**
   * Values from the start of a block on.
   *
   * @param count whole blocks, or all that are left
   */
  EightBit blocks(long from, int count) {
    int block = (int) (from / BLOCK);
    int blocks = (int) EightBit.blocks(count);
    return new EightBit(
        codes.buffer().slice((int) from, count),
        scales.window(block, blocks).buffer(),
        count,
        levels);
  }

  /** The blocks that a stretch touches. */
  private final class Touched {
    final EightBit packed;
    final ByteBuffer floats;
    final int at;

    Touched(long from, int count) {
      long start = from / BLOCK * BLOCK;
      int all = (int) (Math.min(length, EightBit.blocks(from + count) * BLOCK) - start);
      packed = blocks(start, all);
      floats = ByteBuffer.allocate(Float.BYTES * all).order(ByteOrder.nativeOrder());
      at = Float.BYTES * (int) (from - start);
      packed.unpack(0, packed.blocks(), floats);
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
    touched.packed.pack(0, touched.packed.blocks(), touched.floats);
  }

  void clear() {
    for (int block = 0; block < scales.columns(); block++) {
      scales.set(0, block, 0);
    }
  }
}
