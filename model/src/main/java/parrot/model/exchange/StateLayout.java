package parrot.model.exchange;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * How the state of a training run is cut into chunks: first the trained parameters, then the
 * moments of their updater where these outlive a round. A function of the model alone, so that any
 * number of machines cuts in the same places.
 *
 * @param parameters trained values, n
 * @param moments of the updater that are kept between rounds: 2 n, or 0
 */
public record StateLayout(long parameters, long moments) implements Serializable {
  /** Floats of a chunk: 16 MiB, enough to outweigh a task, far from 2 GiB. */
  public static final int CHUNK = 1 << 22;

  /** What a chunk is a piece of. */
  public enum Section {
    PARAMETERS,
    MOMENTS
  }

  /**
   * A chunk's place.
   *
   * @param offset of its first value in its section
   * @param length in values
   */
  public record Chunk(int index, Section section, long offset, int length)
      implements Serializable {}

  public StateLayout {
    if (parameters < 1) {
      throw new IllegalArgumentException(
          "Invalid number of trained parameters: " + parameters + " (must be at least 1)");
    }
  }

  private static int chunks(long values) {
    return Math.toIntExact((values + CHUNK - 1) / CHUNK);
  }

  /** Bytes of so many values in chunks, each encoded alone. */
  public static long bytes(long values, ExchangeFormat format) {
    return values / CHUNK * format.bytes(CHUNK) + format.bytes((int) (values % CHUNK));
  }

  /** Chunks of both sections. */
  public int count() {
    return chunks(parameters) + chunks(moments);
  }

  /** Chunks of the parameters; they come first. */
  public int parameterChunks() {
    return chunks(parameters);
  }

  public Chunk chunk(int index) {
    int first = chunks(parameters);
    boolean isParameters = index < first;
    long offset = (long) CHUNK * (isParameters ? index : index - first);
    long end = isParameters ? parameters : moments;
    if (index < 0 || offset >= end) {
      throw new IllegalArgumentException("No chunk " + index + " (must be below " + count() + ")");
    }
    return new Chunk(
        index,
        isParameters ? Section.PARAMETERS : Section.MOMENTS,
        offset,
        (int) Math.min(CHUNK, end - offset));
  }

  /** The chunks that hold values {@code from} to {@code from + length} of a section, in order. */
  public List<Chunk> covering(Section section, long from, long length) {
    List<Chunk> chunks = new ArrayList<>();
    int base = section == Section.PARAMETERS ? 0 : chunks(parameters);
    for (long i = from / CHUNK; i * CHUNK < from + length; i++) {
      chunks.add(chunk(base + (int) i));
    }
    return chunks;
  }
}
