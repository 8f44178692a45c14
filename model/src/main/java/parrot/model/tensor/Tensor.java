package parrot.model.tensor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;

/**
 * A matrix view of off-heap memory: {@code rows} rows of {@code columns} values of one type, {@code
 * stride} values from one row to the next. Views share memory; nothing is copied.
 *
 * <p>A view keeps its {@code owner} reachable, so the memory lives as long as any view of it.
 */
public final class Tensor {
  /** Bytes that a buffer can view. */
  private static final long LARGEST_BUFFER = Integer.MAX_VALUE;

  private final ElementType type;
  private final ByteBuffer buffer; // null if the view is larger than a buffer
  private final long address;
  private final int rows;
  private final int columns;
  private final int stride;
  private final Object owner;

  private Tensor(
      ElementType type,
      ByteBuffer buffer,
      long address,
      int rows,
      int columns,
      int stride,
      Object owner) {
    this.type = type;
    this.buffer = buffer;
    this.address = address;
    this.rows = rows;
    this.columns = columns;
    this.stride = stride;
    this.owner = owner;
  }

  /**
   * Views float32 memory that somebody else owns.
   *
   * @see #view(ElementType, long, int, int, Object)
   */
  public static Tensor view(long address, int rows, int columns, Object owner) {
    return view(ElementType.F32, address, rows, columns, owner);
  }

  /**
   * Views memory that somebody else owns.
   *
   * @param address of the first value, in bytes
   * @param owner kept reachable by the view; null if the memory is never freed
   */
  public static Tensor view(ElementType type, long address, int rows, int columns, Object owner) {
    if (rows < 0 || columns < 0) {
      throw new IllegalArgumentException(
          "Cannot view a tensor of " + rows + " x " + columns + " values");
    }
    long bytes = (long) type.bytes() * rows * columns;
    return new Tensor(type, bytes(address, bytes), address, rows, columns, columns, owner);
  }

  /** Memory that somebody else owns as a buffer in native byte order; null beyond 2 GiB. */
  static ByteBuffer bytes(long address, long bytes) {
    if (bytes > LARGEST_BUFFER) {
      return null;
    }
    ByteBuffer buffer =
        bytes == 0 ? ByteBuffer.allocateDirect(0) : new Window(address, bytes).asByteBuffer();
    return buffer.order(ByteOrder.nativeOrder());
  }

  /**
   * Views rows x columns values from a byte offset of memory on.
   *
   * @param memory the same as a buffer; null beyond 2 GiB
   */
  static Tensor slice(
      ElementType type,
      ByteBuffer memory,
      long memoryAddress,
      long offset,
      int rows,
      int columns,
      Object owner) {
    if (memory == null) {
      return view(type, memoryAddress + offset, rows, columns, owner);
    }
    ByteBuffer part =
        memory
            .slice(Math.toIntExact(offset), Math.toIntExact((long) type.bytes() * rows * columns))
            .order(ByteOrder.nativeOrder());
    return new Tensor(type, part, memoryAddress + offset, rows, columns, columns, owner);
  }

  /** Allocates zeroed float32 memory. */
  public static Tensor allocate(int rows, int columns) {
    return allocate(ElementType.F32, rows, columns);
  }

  /** Allocates zeroed memory that is freed when the last view of it is collected. */
  public static Tensor allocate(ElementType type, int rows, int columns) {
    BytePointer memory = new BytePointer(Math.max(64, (long) type.bytes() * rows * columns + 64));
    BytePointer.memset(memory, 0, memory.capacity());
    long aligned = (memory.address() + 63) & ~63L;
    return view(type, aligned, rows, columns, memory);
  }

  /** Copies row-major values into new float32 memory. */
  public static Tensor of(int rows, int columns, float... values) {
    Tensor tensor = allocate(rows, columns);
    tensor.set(values);
    return tensor;
  }

  /** Rows {@code from} (inclusive) to {@code to} (exclusive). */
  public Tensor rows(int from, int to) {
    check(0 <= from && from <= to && to <= rows, "rows %d to %d", from, to);
    long offset = (long) type.bytes() * from * stride;
    return new Tensor(
        type,
        slice(offset, to - from, columns),
        address + offset,
        to - from,
        columns,
        stride,
        owner);
  }

  /** Columns {@code from} (inclusive) to {@code to} (exclusive); the stride stays. */
  public Tensor columns(int from, int to) {
    check(0 <= from && from <= to && to <= columns, "columns %d to %d", from, to);
    long offset = (long) type.bytes() * from;
    return new Tensor(
        type, slice(offset, rows, to - from), address + offset, rows, to - from, stride, owner);
  }

  /** The same values as another matrix; only if they lie without gaps. */
  public Tensor reshape(int rows, int columns) {
    boolean fits = isContiguous() && (long) rows * columns == size();
    check(fits, "reshape to %d x %d", rows, columns);
    return new Tensor(type, buffer, address, rows, columns, columns, owner);
  }

  public ElementType type() {
    return type;
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

  /**
   * The memory from the first value on, in native byte order; absolute access only.
   *
   * @throws IllegalStateException beyond 2 GiB: take {@link #windows}
   */
  public ByteBuffer buffer() {
    if (buffer == null) {
      throw new IllegalStateException("Cannot view " + this + " as one buffer: it exceeds 2 GiB");
    }
    return buffer;
  }

  /** Whether {@link #buffer} can view it: not beyond 2 GiB. */
  public boolean hasBuffer() {
    return buffer != null;
  }

  /** Blocks of rows in order that each have a buffer: itself, if it has one. */
  public List<Tensor> windows() {
    if (hasBuffer()) {
      return List.of(this);
    }
    int most = (int) (LARGEST_BUFFER / ((long) type.bytes() * stride));
    List<Tensor> windows = new ArrayList<>();
    for (int from = 0; from < rows; from += most) {
      windows.add(rows(from, Math.min(rows, from + most)));
    }
    return windows;
  }

  /** Where a value lies in {@link #buffer}, in bytes. */
  public int at(int row, int column) {
    return type.bytes() * (row * stride + column);
  }

  public float get(int row, int column) {
    if (buffer == null) {
      return rows(row, row + 1).get(0, column);
    }
    int at = at(row, column);
    return type == ElementType.F32
        ? buffer.getFloat(at)
        : ElementType.fromBf16(buffer.getShort(at));
  }

  /** Sets a value, rounded to the tensor's type. */
  public void set(int row, int column, float value) {
    if (buffer == null) {
      rows(row, row + 1).set(0, column, value);
      return;
    }
    int at = at(row, column);
    if (type == ElementType.F32) {
      buffer.putFloat(at, value);
    } else {
      buffer.putShort(at, ElementType.toBf16(value));
    }
  }

  /** Sets all values from a row-major array. */
  public void set(float[] values) {
    check(values.length == size(), "set from %d values", values.length, 0);
    for (int row = 0; row < rows; row++) {
      if (type == ElementType.F32) {
        buffer()
            .slice(at(row, 0), 4 * columns)
            .order(buffer.order())
            .asFloatBuffer()
            .put(values, row * columns, columns);
      } else {
        for (int column = 0; column < columns; column++) {
          set(row, column, values[row * columns + column]);
        }
      }
    }
  }

  /** Copies all values to a new row-major array. */
  public float[] toArray() {
    float[] values = new float[Math.toIntExact(size())];
    for (int row = 0; row < rows; row++) {
      if (type == ElementType.F32) {
        buffer()
            .slice(at(row, 0), 4 * columns)
            .order(buffer.order())
            .asFloatBuffer()
            .get(values, row * columns, columns);
      } else {
        for (int column = 0; column < columns; column++) {
          values[row * columns + column] = get(row, column);
        }
      }
    }
    return values;
  }

  private ByteBuffer slice(long offset, int newRows, int newColumns) {
    long length =
        newRows == 0 || newColumns == 0
            ? 0
            : type.bytes() * ((long) (newRows - 1) * stride + newColumns);
    if (buffer == null) {
      return bytes(address + offset, length);
    }
    int start = length == 0 ? 0 : Math.toIntExact(offset);
    return buffer.slice(start, Math.toIntExact(length)).order(ByteOrder.nativeOrder());
  }

  /** Builds the message only if it must: this is called for every slice of every product. */
  private void check(boolean condition, String what, int first, int second) {
    if (!condition) {
      throw new IllegalArgumentException(
          "Cannot take " + what.formatted(first, second) + " of " + this);
    }
  }

  @Override
  public String toString() {
    String name = type == ElementType.F32 ? "Tensor[" : "Tensor[bf16 ";
    return name + rows + " x " + columns + (isContiguous() ? "" : ", stride " + stride) + "]";
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
