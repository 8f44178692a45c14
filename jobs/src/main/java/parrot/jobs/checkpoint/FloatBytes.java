package parrot.jobs.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import parrot.model.weights.FloatSink;

/** Floats as bytes in native order, as chunks hold them. */
final class FloatBytes {
  private static final int PIECE = 1 << 14;

  private FloatBytes() {}

  private static FloatBuffer floats(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).asFloatBuffer();
  }

  /** A sink that puts values into bytes, at their offset. */
  static FloatSink into(byte[] bytes) {
    FloatBuffer target = floats(bytes);
    return (offset, values, count) -> target.put(Math.toIntExact(offset), values, 0, count);
  }

  /**
   * Passes {@code count} values from {@code from} on to a sink.
   *
   * @param offset of the first of them, as the sink counts
   */
  static void pass(byte[] bytes, int from, int count, long offset, FloatSink sink) {
    FloatBuffer source = floats(bytes);
    float[] piece = new float[Math.min(PIECE, count)];
    for (int done = 0; done < count; done += piece.length) {
      int length = Math.min(piece.length, count - done);
      source.get(from + done, piece, 0, length);
      sink.accept(offset + done, piece, length);
    }
  }
}
