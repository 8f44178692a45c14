package parrot.datasets.source;

import java.util.Objects;

/**
 * A row that was rejected.
 *
 * @param id as in the file, or empty if it could not be read
 * @param message what is wrong, and what to do about it, on one line
 */
public record Reject(String origin, String id, RejectReason reason, String message)
    implements SourceRow {
  public Reject {
    Objects.requireNonNull(origin, "origin");
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(reason, "reason");
    message = RowJson.printable(message);
  }
}
