package parrot.datasets.shard;

import java.util.List;
import parrot.datasets.DataException;

/**
 * One file of a data set, as its manifest describes it.
 *
 * @param name relative to the folder
 * @param rowGroupRows rows of each row group, in order
 * @param bytes length of the file
 * @param sha256 of the whole file, in hexadecimal
 */
public record ShardFile(String name, List<Integer> rowGroupRows, long bytes, String sha256) {
  public ShardFile {
    rowGroupRows = List.copyOf(rowGroupRows);
    if (name.isEmpty() || name.contains("/")) {
      throw new DataException("Invalid shard name: '" + name + "' (must be a plain file name)");
    }
    if (rowGroupRows.isEmpty() || rowGroupRows.stream().anyMatch(rows -> rows <= 0)) {
      throw new DataException("Invalid shard " + name + ": it has an empty row group or none");
    }
  }

  public long rows() {
    return rowGroupRows.stream().mapToLong(Integer::longValue).sum();
  }
}
