package parrot.model.tensor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

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
  private final Memory memory;
  private final ByteBuffer buffer; // null if larger than a buffer, or on a device
  private final long address;
  private final int rows;
  private final int columns;
  private final int stride;
  private final Object owner;

  private Tensor(
      ElementType type,
      Memory memory,
      ByteBuffer buffer,
      long address,
      int rows,
      int columns,
      int stride,
      Object owner) {
    this.type = type;
    this.memory = memory;
    this.buffer = buffer;
    this.address = address;
    this.rows = rows;
    this.columns = columns;
    this.stride = stride;
    this.owner = owner;
  }

  /**
   * Views float32 memory of the host that somebody else owns.
   *
   * @see #view(ElementType, long, int, int, Object)
   */
  public static Tensor view(long address, int rows, int columns, Object owner) {
    return view(ElementType.F32, address, rows, columns, owner);
  }

  /**
   * Views memory of the host that somebody else owns.
   *
   * @see #view(Memory, ElementType, long, int, int, Object)
   */
  public static Tensor view(ElementType type, long address, int rows, int columns, Object owner) {
    return view(Memory.HOST, type, address, rows, columns, owner);
  }

  /**
   * Views memory that somebody else owns.
   *
   * @param address of the first value, in bytes
   * @param owner kept reachable by the view; null if the memory is never freed
   */
  public static Tensor view(
      Memory memory, ElementType type, long address, int rows, int columns, Object owner) {
    if (rows < 0 || columns < 0) {
      throw new IllegalArgumentException(
          "Cannot view a tensor of " + rows + " x " + columns + " values");
    }
    long bytes = (long) type.bytes() * rows * columns;
    return new Tensor(
        type, memory, bytes(memory, address, bytes), address, rows, columns, columns, owner);
  }

  /** Memory as a buffer in native byte order; null beyond 2 GiB, and on a device. */
  static ByteBuffer bytes(Memory memory, long address, long bytes) {
    return memory.isHost() && bytes <= LARGEST_BUFFER ? HostMemory.buffer(address, bytes) : null;
  }

  /**
   * Views rows x columns values from a byte offset of memory on.
   *
   * @param buffer the memory as a buffer; null if it has none
   */
  static Tensor slice(
      ElementType type,
      Memory memory,
      ByteBuffer buffer,
      long memoryAddress,
      long offset,
      int rows,
      int columns,
      Object owner) {
    if (buffer == null) {
      return view(memory, type, memoryAddress + offset, rows, columns, owner);
    }
    ByteBuffer part =
        buffer
            .slice(Math.toIntExact(offset), Math.toIntExact((long) type.bytes() * rows * columns))
            .order(ByteOrder.nativeOrder());
    return new Tensor(type, memory, part, memoryAddress + offset, rows, columns, columns, owner);
  }

  /** Allocates zeroed float32 memory. */
  public static Tensor allocate(int rows, int columns) {
    return allocate(ElementType.F32, rows, columns);
  }

  /** Allocates zeroed memory that is freed when the last view of it is collected. */
  public static Tensor allocate(ElementType type, int rows, int columns) {
    return allocate(Memory.HOST, type, rows, columns);
  }

  /** Allocates zeroed memory somewhere, freed when the last view of it is collected. */
  public static Tensor allocate(Memory memory, ElementType type, int rows, int columns) {
    long bytes = Math.max(64, (long) type.bytes() * rows * columns);
    Memory.Block block = memory.allocate(bytes);
    memory.clear(block.address(), bytes);
    return view(memory, type, block.address(), rows, columns, block);
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
        memory,
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
        type,
        memory,
        slice(offset, rows, to - from),
        address + offset,
        rows,
        to - from,
        stride,
        owner);
  }

  /** The same values as another matrix; only if they lie without gaps. */
  public Tensor reshape(int rows, int columns) {
    boolean fits = isContiguous() && (long) rows * columns == size();
    check(fits, "reshape to %d x %d", rows, columns);
    return new Tensor(type, memory, buffer, address, rows, columns, columns, owner);
  }

  /** {@code count} values from a place on, in row-major order, as [1, count]; only without gaps. */
  public Tensor window(long from, int count) {
    check(
        isContiguous() && from >= 0 && from + count <= size(), "values from %d on", (int) from, 0);
    long at = address + type.bytes() * from;
    return view(memory, type, at, 1, count, owner);
  }

  public ElementType type() {
    return type;
  }

  /** Where it lies. */
  public Memory memory() {
    return memory;
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
   * @throws IllegalStateException beyond 2 GiB: take {@link #windows}; or on a device: take {@link
   *     #in}
   */
  public ByteBuffer buffer() {
    if (buffer == null) {
      String why = memory.isHost() ? "it exceeds 2 GiB" : "it lies on a device";
      throw new IllegalStateException("Cannot view " + this + " as one buffer: " + why);
    }
    return buffer;
  }

  /** Whether {@link #buffer} can view it: on the host, and not beyond 2 GiB. */
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
      Tensor cell = cell(row, column);
      return cell.in(Memory.HOST).get(0, 0);
    }
    int at = at(row, column);
    return type == ElementType.F32
        ? buffer.getFloat(at)
        : ElementType.fromBf16(buffer.getShort(at));
  }

  /** Sets a value, rounded to the tensor's type. */
  public void set(int row, int column, float value) {
    if (!memory.isHost()) {
      Tensor host = allocate(type, 1, 1);
      host.set(0, 0, value);
      cell(row, column).set(host);
      return;
    }
    if (buffer == null) {
      cell(row, column).set(0, 0, value);
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
    if (!memory.isHost()) {
      Tensor host = allocate(type, rows, columns);
      host.set(values);
      set(host);
      return;
    }
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
    if (!memory.isHost()) {
      return in(Memory.HOST).toArray();
    }
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

  /** The same values in other memory, without gaps; itself if it lies there. */
  public Tensor in(Memory other) {
    if (other == memory) {
      return this;
    }
    Tensor copy = allocate(other, type, rows, columns);
    copy.set(this);
    return copy;
  }

  /** Copies the values of a tensor of the same shape and type, one of the two on the host. */
  public void set(Tensor source) {
    boolean fits = source.type == type && source.rows == rows && source.columns == columns;
    check(
        fits && source.memory.isHost() != memory.isHost(),
        "a copy of %d x %d",
        source.rows,
        source.columns);
    Tensor host = memory.isHost() ? this : source;
    int block = transferred(source);
    for (int from = 0; from < rows; from += block) {
      int to = Math.min(rows, from + block);
      ByteBuffer bytes = host.rows(from, to).buffer().duplicate();
      long at = (host == this ? source : this).rows(from, to).address;
      if (host == this) {
        source.memory.read(bytes, at);
      } else {
        memory.write(at, bytes);
      }
    }
  }

  /** Rows that can be copied at once. */
  private int transferred(Tensor source) {
    long most = LARGEST_BUFFER / Math.max(1, (long) type.bytes() * columns);
    return isContiguous() && source.isContiguous() ? (int) Math.max(1, Math.min(rows, most)) : 1;
  }

  private Tensor cell(int row, int column) {
    return rows(row, row + 1).columns(column, column + 1);
  }

  private ByteBuffer slice(long offset, int newRows, int newColumns) {
    long length =
        newRows == 0 || newColumns == 0
            ? 0
            : type.bytes() * ((long) (newRows - 1) * stride + newColumns);
    if (buffer == null) {
      return bytes(memory, address + offset, length);
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
}
