package parrot.model.tensor;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Memory of one replica, taken piece by piece during a step and given back all at once. It grows to
 * what the largest step needs and is reused from then on, because fresh pages are slow.
 *
 * <p>Tensors taken before {@link #reset} or above a {@link #release} mark must not be used after
 * it.
 */
public final class Arena implements AutoCloseable {
  private static final long ALIGNMENT = 64;
  private static final long MINIMUM_CHUNK = 1L << 24;
  private static final long MAXIMUM_CHUNK = Integer.MAX_VALUE - 1024L;

  private final Memory memory;
  private final List<Chunk> chunks = new ArrayList<>();
  private int current;
  private long used;
  private long most;

  /** In the host's memory. */
  public Arena() {
    this(Memory.HOST);
  }

  public Arena(Memory memory) {
    this.memory = memory;
  }

  /** A float32 tensor of unspecified content. */
  public Tensor take(int rows, int columns) {
    return take(ElementType.F32, rows, columns);
  }

  /** A tensor of unspecified content. */
  public Tensor take(ElementType type, int rows, int columns) {
    long bytes = roundUp((long) type.bytes() * rows * columns);
    while (current < chunks.size() && used + bytes > chunks.get(current).bytes) {
      current++;
      used = 0;
    }
    if (current == chunks.size()) {
      chunks.add(new Chunk(memory, Math.max(bytes, Math.min(MAXIMUM_CHUNK, nextChunk()))));
      used = 0;
    }
    Chunk chunk = chunks.get(current);
    Tensor tensor =
        Tensor.slice(type, memory, chunk.buffer, chunk.address, used, rows, columns, chunk);
    used += bytes;
    most = Math.max(most, before() + used);
    return tensor;
  }

  /** Where the arena stands, for {@link #release}. */
  public Mark mark() {
    return new Mark(current, used);
  }

  /** Gives back what was taken since the mark. */
  public void release(Mark mark) {
    current = mark.chunk;
    used = mark.used;
  }

  /** Gives everything back; memory in several chunks becomes one. */
  public void reset() {
    if (chunks.size() > 1) {
      long total = capacity();
      if (total <= MAXIMUM_CHUNK) {
        close();
        chunks.add(new Chunk(memory, total));
      }
    }
    current = 0;
    used = 0;
  }

  private long before() {
    long bytes = 0;
    for (int i = 0; i < current; i++) {
      bytes += chunks.get(i).bytes;
    }
    return bytes;
  }

  /** Bytes that were in use at a time, at most. */
  public long peak() {
    return most;
  }

  /** Bytes held. */
  public long capacity() {
    return chunks.stream().mapToLong(chunk -> chunk.bytes).sum();
  }

  @Override
  public void close() {
    chunks.forEach(chunk -> chunk.block.close());
    chunks.clear();
    current = 0;
    used = 0;
  }

  private long nextChunk() {
    return Math.max(MINIMUM_CHUNK, capacity());
  }

  private static long roundUp(long bytes) {
    return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  /** A position in the arena. */
  public record Mark(int chunk, long used) {}

  private static final class Chunk {
    final Memory.Block block;
    final ByteBuffer buffer; // null if it cannot be viewed as one
    final long address;
    final long bytes;

    Chunk(Memory memory, long bytes) {
      this.bytes = bytes;
      block = memory.allocate(bytes);
      address = block.address();
      buffer = Tensor.bytes(memory, address, bytes);
    }
  }
}
