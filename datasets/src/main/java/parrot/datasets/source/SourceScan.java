package parrot.datasets.source;

import java.io.Serializable;
import java.util.List;

/**
 * What a pass over a file's bytes tells.
 *
 * @param sha256 of the whole file, in hexadecimal
 */
public record SourceScan(List<SourceRange> ranges, long bytes, String sha256)
    implements Serializable {
  public SourceScan {
    ranges = List.copyOf(ranges);
  }

  public long rows() {
    return ranges.stream().mapToLong(SourceRange::rows).sum();
  }
}
