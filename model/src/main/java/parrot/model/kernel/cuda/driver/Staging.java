package parrot.model.kernel.cuda.driver;

import com.sun.jna.Pointer;
import java.nio.ByteBuffer;

/**
 * Pinned memory of the host through which bytes go to a card while the host goes on. Its two halves
 * take turns: one is filled while the other is read.
 */
final class Staging implements AutoCloseable {
  private static final int HALF = 8 << 20;
  private static final int ALIGNMENT = 64;

  private final CardContext context;
  private final long stream;
  private final long address;
  private final ByteBuffer buffer;
  private final long[] wasRead = {0, 0}; // an event for each half
  private int half;
  private int used;

  Staging(CardContext context, long stream) {
    this.context = context;
    this.stream = stream;
    long[] result = {0};
    context.check(DriverApi.cuMemHostAlloc(result, 2L * HALF, 0), "pin memory of the host");
    address = result[0];
    buffer = new Pointer(address).getByteBuffer(0, 2L * HALF);
    for (int i = 0; i < wasRead.length; i++) {
      int error = DriverApi.cuEventCreate(result, DriverApi.EVENT_WITHOUT_TIME);
      context.check(error, "make an event");
      wasRead[i] = result[0];
    }
  }

  /** Sends what remains of a buffer, which may change once this returns. */
  void send(long to, ByteBuffer source) {
    long target = to;
    while (source.hasRemaining()) {
      if (used == HALF) {
        turn();
      }
      int length = Math.min(source.remaining(), HALF - used);
      int at = half * HALF + used;
      buffer.put(at, source, source.position(), length);
      int error = DriverApi.cuMemcpyHtoDAsync_v2(target, address + at, length, stream);
      context.check(error, "copy to it");
      source.position(source.position() + length);
      target += length;
      used += (length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }
  }

  private void turn() {
    context.check(DriverApi.cuEventRecord(wasRead[half], stream), "record an event");
    half = 1 - half;
    context.check(DriverApi.cuEventSynchronize(wasRead[half]), "copy to it");
    used = 0;
  }

  @Override
  public void close() {
    DriverApi.cuMemFreeHost(address);
    for (long event : wasRead) {
      DriverApi.cuEventDestroy_v2(event);
    }
  }
}
