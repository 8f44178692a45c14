package parrot.model.weights;

import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.model.ModelException;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Tensor;

/**
 * One safetensors file of any length, its header read and checked when opened, its tensors when
 * asked for.
 *
 * <p>Format: 8 bytes header length (little endian), a JSON header, then the values, little endian.
 */
public final class Safetensors implements Weights {
  private static final long LONGEST_HEADER = 100_000_000;
  private static final int PIECE = 1 << 18;

  private final String file;
  private final Path location;
  private final FSDataInputStream stream;
  private final long dataStart;
  private final SafetensorsHeader header;

  private Safetensors(
      String file,
      Path location,
      FSDataInputStream stream,
      long dataStart,
      SafetensorsHeader header) {
    this.file = file;
    this.location = location;
    this.stream = stream;
    this.dataStart = dataStart;
    this.header = header;
  }

  /**
   * @throws ModelException if the file is missing, truncated or contradicts itself
   */
  public static Safetensors open(Path path, Configuration configuration) {
    String file = path.toString();
    FSDataInputStream stream = null;
    try {
      FileSystem fileSystem = path.getFileSystem(configuration);
      long length = fileSystem.getFileStatus(path).getLen();
      if (length < 8) {
        throw new ModelException(
            "Cannot read "
                + file
                + ": "
                + length
                + " bytes are not a safetensors file (at least 8)");
      }
      stream = fileSystem.open(path);
      byte[] start = new byte[8];
      stream.readFully(0, start);
      long headerLength = ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN).getLong();
      if (headerLength < 2 || headerLength > LONGEST_HEADER) {
        throw new ModelException(
            "Cannot read "
                + file
                + ": a header of "
                + headerLength
                + " bytes (expected 2 to "
                + LONGEST_HEADER
                + "); it is not a safetensors file");
      }
      if (headerLength > length - 8) {
        throw new ModelException(
            "Cannot read "
                + file
                + ": its header needs "
                + headerLength
                + " bytes, but only "
                + (length - 8)
                + " follow: it is truncated, get it again");
      }
      byte[] json = new byte[(int) headerLength];
      stream.readFully(8, json);
      SafetensorsHeader header = new SafetensorsHeader(file, json, length - 8 - headerLength);
      Safetensors opened =
          new Safetensors(file, fileSystem.makeQualified(path), stream, 8 + headerLength, header);
      stream = null;
      return opened;
    } catch (FileNotFoundException e) {
      throw new ModelException("Cannot read " + file + ": there is no such file", e);
    } catch (IOException e) {
      throw new ModelException("Cannot read " + file + ": " + e.getMessage(), e);
    } finally {
      closeQuietly(stream);
    }
  }

  @Override
  public Optional<Tensor> map(String name, ElementType type, int rows, int columns) {
    SafetensorsHeader.Entry entry = entry(name);
    return entry.type().name().equals(type.name())
        ? MappedTensor.of(location, dataStart + entry.begin(), type, rows, columns)
        : Optional.empty();
  }

  @Override
  public ElementType storedType(String name) {
    return type(name) == DataType.BF16 ? ElementType.BF16 : ElementType.F32;
  }

  /** What the file's {@code __metadata__} says, most often {@code format}. */
  public Map<String, String> metadata() {
    return Collections.unmodifiableMap(header.metadata());
  }

  @Override
  public Set<String> names() {
    return Collections.unmodifiableSet(header.entries().keySet());
  }

  @Override
  public int[] shape(String name) {
    return entry(name).shape().clone();
  }

  public DataType type(String name) {
    return entry(name).type();
  }

  @Override
  public void read(String name, FloatSink sink) {
    read(name, 0, entry(name).elements(), sink);
  }

  @Override
  public void read(String name, long from, long count, FloatSink sink) {
    SafetensorsHeader.Entry entry = entry(name);
    if (from < 0 || count < 0 || from + count > entry.elements()) {
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
              + entry.elements());
    }
    DataType type = entry.type();
    if (!type.isFloating()) {
      throw new ModelException(
          "Cannot read " + name + " in " + file + " as numbers: its dtype is " + type);
    }
    float[] values = new float[(int) Math.min(PIECE, count)];
    pieces(
        entry,
        from,
        count,
        (offset, bytes, length) -> {
          switch (type) {
            case F32 -> bytes.asFloatBuffer().get(values, 0, length);
            case F16 -> {
              for (int i = 0; i < length; i++) {
                values[i] = DataType.fromFloat16(bytes.getShort(2 * i));
              }
            }
            default -> {
              for (int i = 0; i < length; i++) {
                values[i] = DataType.fromBfloat16(bytes.getShort(2 * i));
              }
            }
          }
          sink.accept(offset, values, length);
        });
  }

  /**
   * All values of a tensor of whole numbers, row-major; false and true are 0 and 1.
   *
   * @throws ModelException if the tensor holds floating-point numbers
   */
  public long[] readLongs(String name) {
    SafetensorsHeader.Entry entry = entry(name);
    if (entry.type().isFloating()) {
      throw new ModelException(
          "Cannot read " + name + " in " + file + " as integers: its dtype is " + entry.type());
    }
    LongBuffer longs = LongBuffer.allocate(Math.toIntExact(entry.elements()));
    pieces(
        entry,
        0,
        entry.elements(),
        (offset, bytes, count) -> {
          for (int i = 0; i < count; i++) {
            longs.put(
                switch (entry.type()) {
                  case I64 -> bytes.getLong(8 * i);
                  case I32 -> bytes.getInt(4 * i);
                  default -> bytes.get(i) & 0xff;
                });
          }
        });
    return longs.array();
  }

  private interface ByteSink {
    void accept(long offset, ByteBuffer bytes, int count);
  }

  private void pieces(SafetensorsHeader.Entry entry, long from, long elements, ByteSink sink) {
    int width = entry.type().bytes();
    byte[] bytes = new byte[(int) Math.min(PIECE, elements) * width];
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    for (long offset = from; offset < from + elements; offset += PIECE) {
      int count = (int) Math.min(PIECE, from + elements - offset);
      try {
        // Positioned reads of local files seek the one stream underneath.
        synchronized (stream) {
          stream.readFully(dataStart + entry.begin() + offset * width, bytes, 0, count * width);
        }
      } catch (EOFException e) {
        throw new ModelException(
            "Cannot read "
                + entry.name()
                + " in "
                + file
                + ": the file became shorter while it was open",
            e);
      } catch (IOException e) {
        throw new ModelException(
            "Cannot read " + entry.name() + " in " + file + ": " + e.getMessage(), e);
      }
      sink.accept(offset, buffer, count);
    }
  }

  private SafetensorsHeader.Entry entry(String name) {
    SafetensorsHeader.Entry entry = header.entries().get(name);
    if (entry == null) {
      throw new ModelException("Cannot read " + name + ": there is no such tensor in " + file);
    }
    return entry;
  }

  @Override
  public void close() {
    closeQuietly(stream);
  }

  private static void closeQuietly(FSDataInputStream stream) {
    if (stream != null) {
      try {
        stream.close();
      } catch (IOException e) {
        // Nothing was written; what was read is complete.
      }
    }
  }
}
