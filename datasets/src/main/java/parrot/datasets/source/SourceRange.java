package parrot.datasets.source;

import java.io.Serializable;

/**
 * Rows of one file that can be read without the rest of it.
 *
 * @param file full path
 * @param name what origins call the file
 * @param form how the rows lie in the file
 * @param packed whether bytes are those of the text inside, which can only be read in order
 * @param start first byte
 * @param end one past the last byte
 * @param firstRow number of the first row, from 1; in JSONL the number of its line
 * @param rows rows in the range, blank lines not counted
 * @param problem null, or why these bytes hold no whole row: one reject takes their place
 */
public record SourceRange(
    String file,
    String name,
    SourceForm form,
    boolean packed,
    long start,
    long end,
    long firstRow,
    long rows,
    String problem)
    implements Serializable {
  /** What takes the place of the rows of a range with a problem. */
  Reject reject() {
    return new Reject(
        name + ":" + firstRow,
        "",
        RejectReason.BROKEN_FILE,
        "Cannot read " + name + ": " + problem);
  }
}
