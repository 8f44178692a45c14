package parrot.model.weights;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Streams tensors into safetensors files: the header first, since all sizes are known, then the
 * values in the order of the list, a piece at a time. Nothing is held but a piece.
 */
public final class SafetensorsWriter {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Gives the values of one tensor after the other. */
  @FunctionalInterface
  public interface Values {
    /** Passes all values of the tensor to the sink, in order. */
    void write(TensorSpec tensor, FloatSink sink);
  }

  private final Function<TensorSpec, DataType> types;

  /**
   * @param type of all tensors: F32, or BF16 or F16 (rounded to nearest, ties to even)
   */
  public SafetensorsWriter(DataType type) {
    this(tensor -> type);
    requireWritable(type);
  }

  /**
   * @param types of each tensor: F32, or BF16 or F16 (rounded to nearest, ties to even)
   */
  public SafetensorsWriter(Function<TensorSpec, DataType> types) {
    this.types = types;
  }

  private static DataType requireWritable(DataType type) {
    if (type != DataType.F32 && type != DataType.BF16 && type != DataType.F16) {
      throw new IllegalArgumentException(
          "Invalid type to write: " + type + " (must be F32, BF16 or F16)");
    }
    return type;
  }

  private DataType type(TensorSpec tensor) {
    return requireWritable(types.apply(tensor));
  }

  private long bytes(TensorSpec tensor) {
    return tensor.elements() * type(tensor).bytes();
  }

  /**
   * Writes one file to a stream, which stays open.
   *
   * @throws IllegalStateException if a tensor gets another number of values than its shape says
   */
  public void write(OutputStream stream, List<TensorSpec> tensors, Values values)
      throws IOException {
    stream.write(header(tensors));
    for (TensorSpec tensor : tensors) {
      Piece piece = new Piece(stream, tensor);
      try {
        values.write(tensor, piece);
      } catch (UncheckedIOException e) {
        throw e.getCause();
      }
      if (piece.position != tensor.elements()) {
        throw new IllegalStateException(
            "Cannot write " + tensor + ": got " + piece.position + " values");
      }
    }
  }

  /**
   * One file of a model.
   *
   * @param name {@code model.safetensors}, or that of a shard
   */
  public record Shard(String name, List<TensorSpec> tensors) implements Serializable {
    public Shard {
      tensors = List.copyOf(tensors);
    }
  }

  /**
   * Writes {@code model.safetensors} into a folder, or, if the values exceed the limit, shards of
   * at most that size (single larger tensors excepted) and their index.
   *
   * @return the files written
   */
  public List<Path> write(
      FileSystem fileSystem, Path folder, List<TensorSpec> tensors, Values values, long shardBytes)
      throws IOException {
    List<Shard> shards = shards(tensors, shardBytes);
    List<Path> written = new ArrayList<>();
    for (Shard shard : shards) {
      Path file = new Path(folder, shard.name());
      try (OutputStream stream = fileSystem.create(file, true)) {
        write(stream, shard.tensors(), values);
      }
      written.add(file);
    }
    writeIndex(fileSystem, folder, shards).ifPresent(written::add);
    return written;
  }

  /** The files that {@link #write(FileSystem, Path, List, Values, long)} writes. */
  public List<Shard> shards(List<TensorSpec> tensors, long shardBytes) {
    List<List<TensorSpec>> parts = new ArrayList<>();
    parts.add(new ArrayList<>());
    long size = 0;
    for (TensorSpec tensor : tensors) {
      long bytes = bytes(tensor);
      if (!parts.get(parts.size() - 1).isEmpty() && size + bytes > shardBytes) {
        parts.add(new ArrayList<>());
        size = 0;
      }
      parts.get(parts.size() - 1).add(tensor);
      size += bytes;
    }
    List<Shard> shards = new ArrayList<>();
    for (List<TensorSpec> part : parts) {
      String name =
          parts.size() == 1
              ? WeightFiles.SINGLE
              : String.format(
                  Locale.ROOT, "model-%05d-of-%05d.safetensors", shards.size() + 1, parts.size());
      shards.add(new Shard(name, part));
    }
    return shards;
  }

  /** Writes the index of several shards; a single file needs none. */
  public Optional<Path> writeIndex(FileSystem fileSystem, Path folder, List<Shard> shards)
      throws IOException {
    if (shards.size() == 1) {
      return Optional.empty();
    }
    ObjectNode index = JSON.createObjectNode();
    long total = shards.stream().mapToLong(shard -> bytes(shard.tensors())).sum();
    index.putObject("metadata").put("total_size", total);
    ObjectNode map = index.putObject("weight_map");
    for (Shard shard : shards) {
      shard.tensors().forEach(tensor -> map.put(tensor.name(), shard.name()));
    }
    Path file = new Path(folder, WeightFiles.INDEX);
    try (OutputStream stream = fileSystem.create(file, true)) {
      stream.write(JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(index));
    }
    return Optional.of(file);
  }

  private long bytes(List<TensorSpec> tensors) {
    return tensors.stream().mapToLong(this::bytes).sum();
  }

  /** Padded with blanks so that the values start at a multiple of 8 bytes. */
  private byte[] header(List<TensorSpec> tensors) throws IOException {
    ObjectNode header = JSON.createObjectNode();
    header.putObject("__metadata__").put("format", "pt");
    long position = 0;
    for (TensorSpec tensor : tensors) {
      if (header.has(tensor.name())) {
        throw new IllegalArgumentException("Cannot write " + tensor + " twice");
      }
      ObjectNode entry = header.putObject(tensor.name());
      entry.put("dtype", type(tensor).name());
      Arrays.stream(tensor.shape()).forEach(entry.putArray("shape")::add);
      long end = position + bytes(tensor);
      entry.putArray("data_offsets").add(position).add(end);
      position = end;
    }
    byte[] json = JSON.writeValueAsString(header).getBytes(StandardCharsets.UTF_8);
    int padded = (json.length + 7) / 8 * 8;
    ByteBuffer bytes = ByteBuffer.allocate(8 + padded).order(ByteOrder.LITTLE_ENDIAN);
    Arrays.fill(bytes.array(), (byte) ' ');
    bytes.putLong(padded).put(json);
    return bytes.array();
  }

  /** Encodes what comes and writes it on. */
  private final class Piece implements FloatSink {
    private final OutputStream stream;
    private final TensorSpec tensor;
    private final DataType type;
    private final byte[] bytes = new byte[1 << 16];
    private final ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    private long position;

    Piece(OutputStream stream, TensorSpec tensor) {
      this.stream = stream;
      this.tensor = tensor;
      this.type = type(tensor);
    }

    @Override
    public void accept(long offset, float[] values, int count) {
      if (offset != position || position + count > tensor.elements()) {
        throw new IllegalStateException(
            "Cannot write "
                + tensor
                + ": got "
                + count
                + " values at "
                + offset
                + " (expected at "
                + position
                + ")");
      }
      int most = bytes.length / type.bytes();
      try {
        for (int start = 0; start < count; start += most) {
          int length = Math.min(most, count - start);
          if (type == DataType.F32) {
            buffer.asFloatBuffer().put(values, start, length);
          } else {
            for (int i = 0; i < length; i++) {
              float value = values[start + i];
              buffer.putShort(
                  2 * i,
                  type == DataType.BF16 ? DataType.toBfloat16(value) : DataType.toFloat16(value));
            }
          }
          stream.write(bytes, 0, length * type.bytes());
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      position += count;
    }
  }
}
