package parrot.model.tensor;

import java.nio.ByteBuffer;

/**
 * Where tensors lie. Code reads and writes the host's memory in place; the memory of a device only
 * kernels reach, and this copies to it and from it.
 */
public interface Memory {
  /** The memory of this process. */
  Memory HOST = new HostMemory();

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

  /** Some memory; freed when it is closed, or when nothing reaches it any more. */
  interface Block extends AutoCloseable {
    /** Of its first byte, a multiple of 64. */
    long address();

    @Override
    void close();
  }
}
