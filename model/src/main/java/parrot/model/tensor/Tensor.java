package parrot.model.tensor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import org.bytedeco.javacpp.BytePointer;

/**
 * A float32 matrix view of off-heap memory: {@code rows} rows of {@code columns} values, {@code
 * stride} values from one row to the next. Views share memory; nothing is copied.
 *
 * <p>A view keeps its {@code owner} reachable, so the memory lives as long as any view of it.
 */
public final class Tensor {
  /** Of one tensor, in bytes. */
  public static final long LARGEST = Integer.MAX_VALUE;

  private final ByteBuffer buffer;
  private final long address;
  private final int rows;
  private final int columns;
  private final int stride;
  private final Object owner;

  private Tensor(ByteBuffer buffer, long address, int rows, int columns, int stride, Object owner) {
    this.buffer = buffer;
    this.address = address;
    this.rows = rows;
    this.columns = columns;
    this.stride = stride;
    this.owner = owner;
  }

  /**
   * Views memory that somebody else owns.
   *
   * @param address of the first value, in bytes
   * @param owner kept reachable by the view; null where the memory is never freed
   * @throws IllegalArgumentException if the view would exceed 2 GiB
   */
  public static Tensor view(long address, int rows, int columns, Object owner) {
    long bytes = 4L * rows * columns;
    if (rows < 0 || columns < 0 || bytes > LARGEST) {
      throw new IllegalArgumentException(
          "Cannot view a tensor of " + rows + " x " + columns + " floats: at most 2 GiB each");
    }
    return new Tensor(bytes(address, bytes), address, rows, columns, columns, owner);
  }

  /** Memory that somebody else owns as a buffer in native byte order. */
  static ByteBuffer bytes(long address, long bytes) {
    ByteBuffer buffer =
        bytes == 0 ? ByteBuffer.allocateDirect(0) : new Window(address, bytes).asByteBuffer();
    return buffer.order(ByteOrder.nativeOrder());
  }

  /** Views rows x columns values of a native-order buffer from a byte offset on. */
  static Tensor slice(
      ByteBuffer memory, long memoryAddress, long offset, int rows, int columns, Object owner) {
    ByteBuffer part =
        memory
            .slice(Math.toIntExact(offset), Math.toIntExact(4L * rows * columns))
            .order(ByteOrder.nativeOrder());
    return new Tensor(part, memoryAddress + offset, rows, columns, columns, owner);
  }

  /** Allocates zeroed memory that is freed when the last view of it is collected. */
  public static Tensor allocate(int rows, int columns) {
    BytePointer memory = new BytePointer(Math.max(64, 4L * rows * columns + 64));
    BytePointer.memset(memory, 0, memory.capacity());
    long aligned = (memory.address() + 63) & ~63L;
    return view(aligned, rows, columns, memory);
  }

  /** Copies row-major values into new memory. */
  public static Tensor of(int rows, int columns, float... values) {
    Tensor tensor = allocate(rows, columns);
    tensor.set(values);
    return tensor;
  }

  /** Rows {@code from} (inclusive) to {@code to} (exclusive). */
  public Tensor rows(int from, int to) {
    check(0 <= from && from <= to && to <= rows, "rows " + from + " to " + to);
    long offset = 4L * from * stride;
    return new Tensor(
        slice(offset, to - from, columns), address + offset, to - from, columns, stride, owner);
  }

  /** Columns {@code from} (inclusive) to {@code to} (exclusive); the stride stays. */
  public Tensor columns(int from, int to) {
    check(0 <= from && from <= to && to <= columns, "columns " + from + " to " + to);
    long offset = 4L * from;
    return new Tensor(
        slice(offset, rows, to - from), address + offset, rows, to - from, stride, owner);
  }

  /** The same values as another matrix; only where they lie without gaps. */
  public Tensor reshape(int rows, int columns) {
    check(
        isContiguous() && (long) rows * columns == size(), "reshape to " + rows + " x " + columns);
    return new Tensor(buffer, address, rows, columns, columns, owner);
  }

  public int rows() {
    return rows;
  }

  public int columns() {
    return columns;
  }

  /** Values from the start of one row to the start of the next. */
  public int stride() {
    return stride;
  }

  public long size() {
    return (long) rows * columns;
  }

  public boolean isContiguous() {
    return stride == columns || rows <= 1;
  }

  /** Address of the first value, in bytes. Keep this tensor reachable while it is in use. */
  public long address() {
    return address;
  }

  /** The memory from the first value on, in native byte order; absolute access only. */
  public ByteBuffer buffer() {
    return buffer;
  }

  public float get(int row, int column) {
    return buffer.getFloat(4 * (row * stride + column));
  }

  public void set(int row, int column, float value) {
    buffer.putFloat(4 * (row * stride + column), value);
  }

  /** Sets all values from a row-major array. */
  public void set(float[] values) {
    check(values.length == size(), "set from " + values.length + " values");
    for (int row = 0; row < rows; row++) {
      floats(row).put(values, row * columns, columns);
    }
  }

  /** Copies all values to a new row-major array. */
  public float[] toArray() {
    float[] values = new float[Math.toIntExact(size())];
    for (int row = 0; row < rows; row++) {
      floats(row).get(values, row * columns, columns);
    }
    return values;
  }

  private FloatBuffer floats(int row) {
    return buffer
        .duplicate()
        .order(ByteOrder.nativeOrder())
        .position(4 * row * stride)
        .asFloatBuffer();
  }

  private ByteBuffer slice(long offset, int newRows, int newColumns) {
    long length =
        newRows == 0 || newColumns == 0 ? 0 : 4L * ((long) (newRows - 1) * stride + newColumns);
    int start = length == 0 ? 0 : Math.toIntExact(offset);
    return buffer.slice(start, Math.toIntExact(length)).order(ByteOrder.nativeOrder());
  }

  private void check(boolean condition, String what) {
    if (!condition) {
      throw new IllegalArgumentException("Cannot take " + what + " of " + this);
    }
  }

  @Override
  public String toString() {
    return "Tensor[" + rows + " x " + columns + (isContiguous() ? "" : ", stride " + stride) + "]";
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
