package parrot.datasets.source;

import parrot.datasets.DataException;

/**
 * Finds where rows begin and end from the bytes alone, one at a time: the elements of a JSON array,
 * or lines. It looks at quotes, backslashes, brackets and commas and leaves everything else to the
 * JSON parser, so one broken row does not spoil the next as long as its quotes and brackets pair.
 */
final class RowBoundaries {
  /** Receives each row as the bytes {@code [start, end)} of the file. */
  interface Sink {
    void row(long number, long start, long end);
  }

  private enum State {
    BEFORE,
    INSIDE,
    AFTER
  }

  private final Sink sink;
  private boolean array;
  private State state;
  private boolean formatKnown;
  private long position;
  private long number;

  // The row that is open: its first byte that is not white, and one past its last.
  private long start = -1;
  private long end = -1;
  private int depth;
  private boolean inString;
  private boolean escaped;
  private long strayByte = -1;

  /** For a whole file, whose first byte that is not white tells the format. */
  RowBoundaries(Sink sink) {
    this.sink = sink;
    this.state = State.BEFORE;
    this.number = 1;
  }

  /** For a range that another pass found. */
  RowBoundaries(Sink sink, SourceRange range) {
    this.sink = sink;
    this.state = State.INSIDE;
    this.array = range.array();
    this.formatKnown = true;
    this.position = range.start();
    this.number = range.firstRow();
  }

  boolean isArray() {
    return array;
  }

  long position() {
    return position;
  }

  /**
   * @throws DataException if the file begins with neither a list nor an object
   */
  void accept(byte value, String name) {
    if (state == State.BEFORE && !formatKnown) {
      before(value, name);
    } else if (array) {
      inArray(value);
    } else {
      inLines(value);
    }
    position++;
  }

  private void before(byte value, String name) {
    boolean byteOrderMark = position < 3 && (value & 0xF0) >= 0xB0 && value < 0;
    if (value == '\n') {
      number++;
    }
    if (isWhite(value) || byteOrderMark) {
      return;
    }
    formatKnown = true;
    state = State.INSIDE;
    if (value == '[') {
      array = true;
      number = 1;
    } else if (value == '{') {
      inLines(value);
    } else {
      throw new DataException(
          "Cannot read "
              + name
              + ": neither a JSON array nor JSON lines (got '"
              + (value >= ' ' ? String.valueOf((char) value) : "byte " + (value & 0xFF))
              + "' at byte "
              + position
              + ", expected '[' or '{')");
    }
  }

  private void inLines(byte value) {
    if (value == '\n') {
      closeRow();
      number++;
    } else if (!isWhite(value)) {
      open();
    }
  }

  private void inArray(byte value) {
    if (state == State.AFTER) {
      if (!isWhite(value) && strayByte < 0) {
        strayByte = position;
      }
      return;
    }
    if (inString) {
      end = position + 1;
      if (escaped) {
        escaped = false;
      } else if (value == '\\') {
        escaped = true;
      } else if (value == '"') {
        inString = false;
      }
      return;
    }
    if (depth == 0 && (value == ',' || value == ']')) {
      if (start >= 0 || value == ',') {
        if (start < 0) {
          // Nothing between two commas: a row without content.
          start = position;
          end = position;
        }
        closeRow();
        number++;
      }
      if (value == ']') {
        state = State.AFTER;
      }
      return;
    }
    if (isWhite(value)) {
      return;
    }
    open();
    switch (value) {
      case '"' -> inString = true;
      case '{', '[' -> depth++;
      case '}', ']' -> depth = Math.max(0, depth - 1);
      default -> {}
    }
  }

  private void open() {
    if (start < 0) {
      start = position;
    }
    end = position + 1;
  }

  private void closeRow() {
    if (start >= 0) {
      sink.row(number, start, end);
    }
    start = -1;
    depth = 0;
    inString = false;
    escaped = false;
  }

  /** Ends a range: no separator follows its last row. */
  void finishRange() {
    closeRow();
  }

  /**
   * Ends the file.
   *
   * @return what is wrong with its end, or null
   */
  String finishFile() {
    if (!array) {
      closeRow();
      return null;
    }
    if (state == State.AFTER) {
      return strayByte < 0
          ? null
          : "something follows the end of the array at byte "
              + strayByte
              + " (join the parts into one array, or use JSON lines)";
    }
    if (start < 0) {
      return "the JSON breaks off at byte "
          + position
          + " before row "
          + number
          + ", without the closing ']' (was the file copied completely?)";
    }
    return "the JSON breaks off at byte "
        + position
        + " in row "
        + number
        + ", which begins at byte "
        + start
        + " (was the file copied completely?)";
  }

  long number() {
    return number;
  }

  private static boolean isWhite(byte value) {
    return value == ' ' || value == '\n' || value == '\r' || value == '\t';
  }
}
