package parrot.model.kernel.cuda;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import parrot.model.tensor.Memory;

/**
 * Row numbers, positions and targets on the device. All layers of a step ask for the same ones, so
 * what was uploaded is found again by its values, until memory is full and all is forgotten.
 */
final class Numbers implements AutoCloseable {
  private static final int ALIGNMENT = 64;

  private final Device device;
  private final Map<Key, Long> uploaded = new HashMap<>();
  private Memory.Block block;
  private long size;
  private long used;

  private record Key(int[] values) {
    @Override
    public boolean equals(Object other) {
      return other instanceof Key key && Arrays.equals(values, key.values);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(values);
    }
  }

  /**
   * @param size bytes to begin with
   */
  Numbers(Device device, long size) {
    this.device = device;
    this.size = size;
  }

  /** Address of these numbers, valid for the operation that is asked for next. */
  long upload(int[] values) {
    Long known = uploaded.get(new Key(values));
    if (known != null) {
      return known;
    }
    long bytes = Math.max(1, (long) Integer.BYTES * values.length);
    if (block == null || used + bytes > size) {
      forget(bytes);
    }
    long at = block.address() + used;
    used += (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    ByteBuffer buffer =
        ByteBuffer.allocateDirect(Integer.BYTES * values.length).order(ByteOrder.nativeOrder());
    buffer.asIntBuffer().put(values);
    device.memory().write(at, buffer);
    uploaded.put(new Key(values.clone()), at);
    return at;
  }

  /**
   * What was asked for before comes before what is uploaded next, so nothing need be waited for.
   */
  private void forget(long bytes) {
    uploaded.clear();
    used = 0;
    if (block == null || bytes > size) {
      device.synchronise();
      close();
      size = Math.max(size, 2 * bytes);
      block = device.memory().allocate(size);
    }
  }

  @Override
  public void close() {
    if (block != null) {
      block.close();
      block = null;
    }
  }
}
