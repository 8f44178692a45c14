package parrot.model.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Collections;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.Path;
import parrot.model.ModelException;

/**
 * One safetensors file of any length, its header read and checked when opened, its tensors when
 * asked for.
 *
 * <p>Format: 8 bytes header length (little endian), a JSON header, then the values, little endian.
 */
public final class Safetensors extends StoredTensors {
  private static final long LONGEST_HEADER = 100_000_000;

  private final SafetensorsHeader header;

  private Safetensors(
      Path file, FSDataInputStream stream, long dataStart, SafetensorsHeader header) {
    super(file, stream, dataStart, header.entries());
    this.header = header;
  }

  /**
   * @throws ModelException if the file is missing, truncated, of another kind or contradicts itself
   */
  public static Safetensors open(Path path, Configuration configuration) {
    StoredTensors opened = TensorFile.open(path, configuration);
    if (opened instanceof Safetensors safetensors) {
      return safetensors;
    }
    opened.close();
    throw new ModelException("Cannot read " + path + ": it is a PyTorch file, not safetensors");
  }

  /** Takes over closing the stream if it succeeds. */
  static Safetensors open(Path file, FSDataInputStream stream, long length) throws IOException {
    if (length < 8) {
      throw new ModelException(
          "Cannot read " + file + ": " + length + " bytes are not a safetensors file (at least 8)");
    }
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
    return new Safetensors(file, stream, 8 + headerLength, header);
  }

  /** What the file's {@code __metadata__} says, most often {@code format}. */
  public Map<String, String> metadata() {
    return Collections.unmodifiableMap(header.metadata());
  }
}
