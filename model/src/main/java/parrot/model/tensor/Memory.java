package parrot.model.tensor;

import java.nio.ByteBuffer;

/**
 * Where tensors lie. Code reads and writes the host's memory in place; the memory of a device only
 * kernels reach, and this copies to it and from it.
 */
public interface Memory {
  /** The memory of this process. */
  Memory HOST = new HostMemory();

  /** Bytes that a memory without a way of its own clears at a time. */
  int CLEARED = 1 << 20;

  /** Whether code can read and write it in place. */
  boolean isHost();

  /**
   * New memory of unspecified content, aligned for every kernel.
   *
   * @param bytes at least 1
   */
  Block allocate(long bytes);

  /** Fills a buffer with what lies from an address on. */
  void read(ByteBuffer target, long address);

  /** Copies a buffer to what lies from an address on. */
  void write(long address, ByteBuffer source);

  /** Makes bytes from an address on zero. */
  default void clear(long address, long bytes) {
    ByteBuffer zeros = ByteBuffer.allocateDirect((int) Math.min(CLEARED, bytes));
    for (long at = 0; at < bytes; at += zeros.capacity()) {
      zeros.clear().limit((int) Math.min(zeros.capacity(), bytes - at));
      write(address + at, zeros);
    }
  }

  /** Some memory; freed when it is closed, or when nothing reaches it any more. */
  interface Block extends AutoCloseable {
    /** Of its first byte, a multiple of 64. */
    long address();

    @Override
    void close();
  }
}
