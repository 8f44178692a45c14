package parrot.model.dl4j;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.TreeMap;

/** A vector of pieces, one after the other. */
final class PiecewiseVector implements StateVector {
  /** Values that are cleared at a time. */
  private static final int CLEARED = 1 << 20;

  private final TreeMap<Long, Piece> pieces = new TreeMap<>(); // by their first values
  private final long length;

  PiecewiseVector(List<? extends Piece> pieces) {
    long at = 0;
    for (Piece piece : pieces) {
      this.pieces.put(at, piece);
      at += piece.length();
    }
    length = at;
  }

  private interface Pass {
    void piece(Piece piece, long from, int count, int at);
  }

  @Override
  public long length() {
    return length;
  }

  @Override
  public ByteBuffer read(long from, int count) {
    ByteBuffer floats = ByteBuffer.allocate(Float.BYTES * count).order(ByteOrder.nativeOrder());
    pass(from, count, (piece, first, some, at) -> piece.read(first, some, floats, at));
    return floats;
  }

  @Override
  public void write(long from, ByteBuffer floats) {
    int count = floats.capacity() / Float.BYTES;
    pass(from, count, (piece, first, some, at) -> piece.write(first, some, floats, at));
  }

  private void pass(long from, int count, Pass pass) {
    if (from < 0 || from + count > length) {
      throw new IllegalArgumentException(
          "Cannot view values " + from + " to " + (from + count) + " of " + length);
    }
    for (long at = from; at < from + count; ) {
      var piece = pieces.floorEntry(at);
      long first = at - piece.getKey();
      int some = (int) Math.min(from + count - at, piece.getValue().length() - first);
      pass.piece(piece.getValue(), first, some, (int) (Float.BYTES * (at - from)));
      at += some;
    }
  }

  @Override
  public void clear() {
    for (long at = 0; at < length; at += CLEARED) {
      int count = (int) Math.min(CLEARED, length - at);
      write(at, ByteBuffer.allocate(Float.BYTES * count).order(ByteOrder.nativeOrder()));
    }
  }
}
