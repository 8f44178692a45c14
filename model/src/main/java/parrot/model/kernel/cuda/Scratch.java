package parrot.model.kernel.cuda;

import parrot.model.tensor.Memory;

/**
 * Memory that one operation after the other uses: what is asked for happens in order, so the next
 * operation overwrites only what the last one is done with. It grows to what the largest needs.
 */
final class Scratch implements AutoCloseable {
  private final Device device;
  private Memory.Block block;
  private long size;

  Scratch(Device device) {
    this.device = device;
  }

  /** Address of as many bytes of unspecified content. */
  long take(long bytes) {
    if (bytes > size) {
      device.synchronise();
      close();
      size = Math.max(bytes, 2 * size);
      block = device.memory().allocate(size);
    }
    return block.address();
  }

  @Override
  public void close() {
    if (block != null) {
      block.close();
      block = null;
    }
  }
}
