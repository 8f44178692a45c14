package parrot.model.exchange;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How the state of a training run is cut into chunks: first the trained parameters, then the
 * moments of their updater where these outlive a round. A function of the model and its settings
 * alone, so that any number of machines cuts in the same places.
 *
 * @param parameters trained values, n
 * @param stretches of the moments, which no chunk crosses: their lengths, together 2 n or 0. If
 *     first and second moments are told apart, these take turns
 */
public record StateLayout(long parameters, List<Long> stretches) implements Serializable {
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
    stretches = List.copyOf(stretches);
  }

  /**
   * A layout that does not tell first moments from second ones.
   *
   * @param moments of the updater that are kept between rounds: 2 n, or 0
   */
  public StateLayout(long parameters, long moments) {
    this(parameters, moments == 0 ? List.of() : List.of(moments));
  }

  /**
   * A layout in which each chunk has moments of one kind.
   *
   * @param blocks numbers of parameters that learn alike: the moments of each block lie together,
   *     first ones before second ones
   */
  public static StateLayout ofBlocks(long parameters, List<Long> blocks) {
    return new StateLayout(
        parameters, blocks.stream().flatMap(length -> List.of(length, length).stream()).toList());
  }

  /** Moments of the updater that are kept between rounds: 2 n, or 0. */
  public long moments() {
    return stretches.stream().mapToLong(length -> length).sum();
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
    return parameterChunks() + stretches.stream().mapToInt(StateLayout::chunks).sum();
  }

  /** Chunks of the parameters; they come first. */
  public int parameterChunks() {
    return chunks(parameters);
  }

  public Chunk chunk(int index) {
    int within = index - parameterChunks();
    if (index >= 0 && within < 0) {
      return chunk(index, Section.PARAMETERS, 0, parameters, index);
    }
    long start = 0;
    for (long length : stretches) {
      if (within >= 0 && within < chunks(length)) {
        return chunk(index, Section.MOMENTS, start, length, within);
      }
      within -= chunks(length);
      start += length;
    }
    throw new IllegalArgumentException("No chunk " + index + " (must be below " + count() + ")");
  }

  private static Chunk chunk(int index, Section section, long start, long length, int number) {
    long from = (long) CHUNK * number;
    return new Chunk(index, section, start + from, (int) Math.min(CHUNK, length - from));
  }

  /** Chunks of first moments, or of second ones, of a layout that tells them apart. */
  IntStream ofMoments(boolean second) {
    IntStream.Builder found = IntStream.builder();
    int at = parameterChunks();
    for (int i = 0; i < stretches.size(); i++) {
      int end = at + chunks(stretches.get(i));
      if (second == (i % 2 == 1)) {
        IntStream.range(at, end).forEach(found::add);
      }
      at = end;
    }
    return found.build();
  }

  /** Whether a chunk has second moments, in a layout that tells them apart. */
  public boolean isSecond(int chunk) {
    return ofMoments(true).anyMatch(index -> index == chunk);
  }

  /** The chunks that hold values {@code from} to {@code from + length} of a section, in order. */
  public List<Chunk> covering(Section section, long from, long length) {
    boolean isParameters = section == Section.PARAMETERS;
    int first = isParameters ? (int) (from / CHUNK) : parameterChunks();
    int end = isParameters ? parameterChunks() : count();
    List<Chunk> chunks = new ArrayList<>();
    for (int i = first; i < end; i++) {
      Chunk chunk = chunk(i);
      if (chunk.offset() >= from + length) {
        break;
      }
      if (chunk.offset() + chunk.length() > from) {
        chunks.add(chunk);
      }
    }
    return chunks;
  }
}
