package parrot.datasets.source;

import java.io.Serializable;
import java.util.List;

/**
 * What a pass over a file's bytes tells.
 *
 * @param bytes of the text, unpacked
 * @param sha256 of the text, in hexadecimal
 */
public record SourceScan(List<SourceRange> ranges, long bytes, String sha256)
    implements Serializable {
  public SourceScan {
    ranges = List.copyOf(ranges);
  }

  public long rows() {
    return ranges.stream().mapToLong(SourceRange::rows).sum();
  }

  /** How often whole rows had to be looked for again. */
  public long damages() {
    return ranges.stream().filter(range -> range.problem() != null).count();
  }

  /** Whether the file is compressed or in UTF-16 or UTF-32: then {@link #bytes} are not its own. */
  public boolean isPacked() {
    return ranges.stream().anyMatch(SourceRange::packed);
  }

  /** Bytes that hold no whole row and were left out. */
  public long lostBytes() {
    return ranges.stream()
        .filter(range -> range.problem() != null)
        .mapToLong(range -> range.end() - range.start())
        .sum();
  }
}
