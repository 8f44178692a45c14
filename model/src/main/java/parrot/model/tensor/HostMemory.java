package parrot.model.tensor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bytedeco.javacpp.BytePointer;

/** Memory of this process outside the heap. */
final class HostMemory implements Memory {
  private static final int ALIGNMENT = 64;

  @Override
  public boolean isHost() {
    return true;
  }

  @Override
  public Block allocate(long bytes) {
    return new HostBlock(bytes);
  }

  @Override
  public void read(ByteBuffer target, long address) {
    target.put(buffer(address, target.remaining()));
  }

  @Override
  public void write(long address, ByteBuffer source) {
    buffer(address, source.remaining()).put(source);
  }

  /** Memory from an address on, in native byte order. */
  static ByteBuffer buffer(long address, long bytes) {
    ByteBuffer buffer =
        bytes == 0 ? ByteBuffer.allocateDirect(0) : new Window(address, bytes).asByteBuffer();
    return buffer.order(ByteOrder.nativeOrder());
  }

  @Override
  public void clear(long address, long bytes) {
    new Window(address, bytes).zero();
  }

  private static final class HostBlock implements Block {
    private final BytePointer memory;
    private final long address;

    HostBlock(long bytes) {
      memory = new BytePointer(bytes + ALIGNMENT);
      address = (memory.address() + ALIGNMENT - 1) & -ALIGNMENT;
    }

    @Override
    public long address() {
      return address;
    }

    @Override
    public void close() {
      memory.deallocate();
    }
  }

  /** A pointer to foreign memory that frees nothing. */
  private static final class Window extends BytePointer {
    Window(long address, long bytes) {
      this.address = address;
      this.limit = bytes;
      this.capacity = bytes;
    }
  }
}
