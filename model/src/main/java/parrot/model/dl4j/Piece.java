package parrot.model.dl4j;

import java.nio.ByteBuffer;
import parrot.model.tensor.Master;

/** A stretch of a {@link PiecewiseVector} that lies in memory in one way. */
interface Piece {
  long length();

  /** Copies {@code count} values from a place on to a buffer in native order. */
  void read(long from, int count, ByteBuffer floats, int at);

  /** Takes {@code count} values from a place on from a buffer in native order. */
  void write(long from, int count, ByteBuffer floats, int at);

  /** Values that an optimizer changes. */
  record Values(Master values) implements Piece {
    @Override
    public long length() {
      return values.size();
    }

    @Override
    public void read(long from, int count, ByteBuffer floats, int at) {
      values.window(from, count).read(floats, at);
    }

    @Override
    public void write(long from, int count, ByteBuffer floats, int at) {
      values.window(from, count).write(floats, at);
    }
  }
}
