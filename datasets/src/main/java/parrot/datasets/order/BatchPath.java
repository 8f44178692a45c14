package parrot.datasets.order;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import parrot.datasets.DataException;
import parrot.datasets.shard.RowRef;

/**
 * A minibatch as one short string, for training masters that hand out paths: {@code
 * hdfs://host/folder#rows=0.2.13,0.2.17}, each row as shard, row group and row.
 */
public record BatchPath(String folder, List<RowRef> rows) implements Serializable {
  private static final String MARK = "#rows=";

  public BatchPath {
    Objects.requireNonNull(folder, "folder");
    rows = List.copyOf(rows);
    if (rows.isEmpty()) {
      throw new DataException("Invalid batch of " + folder + ": it has no rows");
    }
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(folder).append(MARK);
    String separator = "";
    for (RowRef row : rows) {
      text.append(separator).append(row.shard()).append('.').append(row.rowGroup()).append('.');
      text.append(row.row());
      separator = ",";
    }
    return text.toString();
  }

  /**
   * The inverse of {@link #toString()}.
   *
   * @throws DataException if {@code text} is not such a string
   */
  public static BatchPath parse(String text) {
    int mark = text.lastIndexOf(MARK);
    if (mark < 0) {
      throw invalid(text, null);
    }
    List<RowRef> rows = new ArrayList<>();
    for (String row : text.substring(mark + MARK.length()).split(",", -1)) {
      String[] parts = row.split("\\.", -1);
      if (parts.length != 3) {
        throw invalid(text, null);
      }
      try {
        rows.add(
            new RowRef(
                Integer.parseInt(parts[0]),
                Integer.parseInt(parts[1]),
                Integer.parseInt(parts[2])));
      } catch (NumberFormatException e) {
        throw invalid(text, e);
      }
    }
    return new BatchPath(text.substring(0, mark), rows);
  }

  private static DataException invalid(String text, Exception cause) {
    return new DataException(
        "Invalid batch: " + text + " (must be FOLDER" + MARK + "SHARD.GROUP.ROW,...)", cause);
  }
}
