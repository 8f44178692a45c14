package parrot.datasets.source;

import java.io.Serializable;

/**
 * Rows of one file that can be read without the rest of it.
 *
 * @param file full path
 * @param name what origins call the file
 * @param array whether the rows are elements of a JSON array; else each is a line
 * @param start first byte
 * @param end one past the last byte
 * @param firstRow number of the first row, from 1; in JSONL the number of its line
 * @param rows rows in the range, blank lines not counted
 * @param problem null, or what is wrong after the last row: one more reject, counted in {@code
 *     rows}
 */
public record SourceRange(
    String file,
    String name,
    boolean array,
    long start,
    long end,
    long firstRow,
    long rows,
    String problem)
    implements Serializable {}
