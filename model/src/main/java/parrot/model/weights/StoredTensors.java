package parrot.model.weights;

import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.Path;
import parrot.model.ModelException;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Tensor;

/** The tensors of one file: little endian, row-major, each in one piece, read when asked for. */
abstract class StoredTensors implements Weights {
  private static final int PIECE = 1 << 18;

  final Path file;
  private final FSDataInputStream stream;
  private final long dataStart;
  private final Map<String, StoredTensor> tensors;

  /**
   * @param file with its scheme
   * @param stream is closed with this
   * @param dataStart byte of the file from which the tensors' places count
   */
  StoredTensors(
      Path file, FSDataInputStream stream, long dataStart, Map<String, StoredTensor> tensors) {
    this.file = file;
    this.stream = stream;
    this.dataStart = dataStart;
    this.tensors = tensors;
  }

  @Override
  public final Set<String> names() {
    return Collections.unmodifiableSet(tensors.keySet());
  }

  @Override
  public int[] shape(String name) {
    return tensor(name).shape().clone();
  }

  public final DataType type(String name) {
    return tensor(name).type();
  }

  @Override
  public final void read(String name, FloatSink sink) {
    read(name, 0, elements(name), sink);
  }

  @Override
  public void read(String name, long from, long count, FloatSink sink) {
    StoredTensor tensor = tensor(name);
    if (from < 0 || count < 0 || from + count > tensor.elements()) {
      throw new ModelException(
          "Cannot read values "
              + from
              + " to "
              + (from + count)
              + " of "
              + name
              + " in "
              + file
              + ": it has "
              + tensor.elements());
    }
    DataType type = tensor.type();
    if (!type.isFloating()) {
      throw new ModelException(
          "Cannot read " + name + " in " + file + " as numbers: its dtype is " + type);
    }
    float[] values = new float[(int) Math.min(PIECE, count)];
    pieces(
        tensor,
        from,
        count,
        (offset, bytes, length) -> {
          convert(type, bytes, values, length);
          sink.accept(offset, values, length);
        });
  }

  private static void convert(DataType type, ByteBuffer bytes, float[] values, int length) {
    switch (type) {
      case F32 -> bytes.asFloatBuffer().get(values, 0, length);
      case F16 -> {
        for (int i = 0; i < length; i++) {
          values[i] = DataType.fromFloat16(bytes.getShort(2 * i));
        }
      }
      case F64 -> {
        for (int i = 0; i < length; i++) {
          values[i] = (float) bytes.getDouble(8 * i);
        }
      }
      default -> {
        for (int i = 0; i < length; i++) {
          values[i] = DataType.fromBfloat16(bytes.getShort(2 * i));
        }
      }
    }
  }

  /**
   * All values of a tensor of whole numbers, row-major; false and true are 0 and 1.
   *
   * @throws ModelException if the tensor holds floating-point numbers
   */
  public final long[] readLongs(String name) {
    StoredTensor tensor = tensor(name);
    if (tensor.type().isFloating()) {
      throw new ModelException(
          "Cannot read " + name + " in " + file + " as integers: its dtype is " + tensor.type());
    }
    LongBuffer longs = LongBuffer.allocate(Math.toIntExact(tensor.elements()));
    pieces(
        tensor,
        0,
        tensor.elements(),
        (offset, bytes, count) -> {
          for (int i = 0; i < count; i++) {
            longs.put(
                switch (tensor.type()) {
                  case I64 -> bytes.getLong(8 * i);
                  case I32 -> bytes.getInt(4 * i);
                  case I16 -> bytes.getShort(2 * i);
                  case I8 -> bytes.get(i);
                  default -> bytes.get(i) & 0xff;
                });
          }
        });
    return longs.array();
  }

  @Override
  public Optional<Tensor> map(String name, ElementType type, int rows, int columns) {
    StoredTensor tensor = tensor(name);
    if (!liesAs(name, type)) {
      return Optional.empty();
    }
    Optional<Tensor> mapped =
        MappedTensor.of(file, dataStart + tensor.begin(), type, rows, columns);
    if (mapped.isPresent() && MappedTensor.hasChecksum(file)) {
      pieces(tensor, 0, tensor.elements(), (offset, bytes, count) -> {}); // Hadoop verifies them
    }
    return mapped;
  }

  /** Whether the values lie row-major in this type. */
  boolean liesAs(String name, ElementType type) {
    return type(name).name().equals(type.name());
  }

  boolean isLocal() {
    return "file".equals(file.toUri().getScheme());
  }

  /** Byte of a tensor in the file. */
  long begin(String name) {
    return dataStart + tensor(name).begin();
  }

  /** Writes the bytes of a tensor as they lie. */
  void copy(String name, OutputStream out) throws IOException {
    StoredTensor tensor = tensor(name);
    try {
      pieces(
          tensor,
          0,
          tensor.elements(),
          (offset, bytes, count) -> {
            try {
              out.write(bytes.array(), 0, count * tensor.type().bytes());
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  @Override
  public ElementType storedType(String name) {
    return type(name) == DataType.BF16 ? ElementType.BF16 : ElementType.F32;
  }

  @Override
  public DataType fileType(String name) {
    DataType type = type(name);
    return type.bytes() == 2 ? type : DataType.F32;
  }

  private interface ByteSink {
    void accept(long offset, ByteBuffer bytes, int count);
  }

  private void pieces(StoredTensor tensor, long from, long elements, ByteSink sink) {
    int width = tensor.type().bytes();
    byte[] bytes = new byte[(int) Math.min(PIECE, elements) * width];
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    for (long offset = from; offset < from + elements; offset += PIECE) {
      int count = (int) Math.min(PIECE, from + elements - offset);
      try {
        // Positioned reads of local files seek the one stream underneath.
        synchronized (stream) {
          stream.readFully(dataStart + tensor.begin() + offset * width, bytes, 0, count * width);
        }
      } catch (EOFException e) {
        throw new ModelException(
            "Cannot read "
                + tensor.name()
                + " in "
                + file
                + ": the file became shorter while it was open",
            e);
      } catch (IOException e) {
        throw StorageInput.failure(tensor.name() + " in " + file, e);
      }
      sink.accept(offset, buffer, count);
    }
  }

  private StoredTensor tensor(String name) {
    StoredTensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new ModelException("Cannot read " + name + ": there is no such tensor in " + file);
    }
    return tensor;
  }

  @Override
  public final void close() {
    closeQuietly(stream);
  }

  static void closeQuietly(FSDataInputStream stream) {
    if (stream != null) {
      try {
        stream.close();
      } catch (IOException e) {
        // Nothing was written; what was read is complete.
      }
    }
  }
}
