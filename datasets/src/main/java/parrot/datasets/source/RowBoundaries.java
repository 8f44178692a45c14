package parrot.datasets.source;

/**
 * Finds where rows begin and end from the bytes alone, one at a time: the elements of JSON arrays,
 * one array after another, or lines. It looks at quotes, brackets and commas and leaves everything
 * else to the JSON parser, so a broken row does not spoil the next as long as its quotes and
 * brackets pair. If they do not, nothing tells the rows apart any more: the file is damaged.
 */
final class RowBoundaries {
  /** Receives each row as the bytes {@code [start, end)} of the text. */
  interface Sink {
    void row(long number, long start, long end);
  }

  /**
   * Why rows cannot be told apart.
   *
   * @param at the byte at which it shows
   */
  record Damage(long at, String problem) {}

  private enum State {
    UNKNOWN,
    LINES,
    ARRAY,
    BETWEEN_ARRAYS
  }

  private static final byte BARE_WORD = 'a';

  /** What a line begins with that is null, true, false, a number, a text or a comment. */
  private static final String LONE = "ntf-0123456789\"/#";

  private final Sink sink;
  private State state = State.UNKNOWN;
  private long position;
  private long number = 1;
  private long lastOfRange;
  private Damage damage;

  // The row that is open: its first byte that is not white, and one past its last.
  private long start = -1;
  private long end = -1;
  private final Nesting nesting = new Nesting();
  private boolean inString;
  private boolean escaped;
  private boolean key; // whether the last string is a key, whose colon comes next
  private byte last; // the last byte that counts: a bracket, a comma, a colon, a closing quote
  private int wide; // the bytes so far of a white character that takes several

  /** For a whole file, whose first byte that is not white tells the format. */
  RowBoundaries(Sink sink) {
    this.sink = sink;
  }

  /** For a range that another pass found. */
  RowBoundaries(Sink sink, SourceRange range) {
    this.sink = sink;
    this.state = range.form() == SourceForm.ARRAY ? State.ARRAY : State.LINES;
    this.position = range.start();
    this.number = range.firstRow();
    this.lastOfRange = range.firstRow() + range.rows() - 1;
  }

  /** Whether the rows are elements of arrays. */
  boolean isArray() {
    return state == State.ARRAY || state == State.BETWEEN_ARRAYS;
  }

  boolean isFormatKnown() {
    return state != State.UNKNOWN;
  }

  /** Whether the first byte that is not white begins neither an array nor an object. */
  boolean isRefused() {
    return !isFormatKnown() && damage != null;
  }

  long position() {
    return position;
  }

  /** The number of the row that is open or comes next. */
  long number() {
    return number;
  }

  /** The first byte of the row that is open, or -1. */
  long start() {
    return start;
  }

  /** What {@link #accept} or {@link #finish} found. */
  Damage damage() {
    return damage;
  }

  /**
   * Takes the next byte.
   *
   * @return whether the rows can be told apart; if not, see {@link #damage}, and the byte is not
   *     taken
   */
  boolean accept(byte value) {
    boolean sound;
    if (value == 0) {
      sound = broken("a zero byte (was the file copied completely?)");
    } else if (inString && !(value == '\n' && state == State.LINES)) {
      sound = inString(value);
    } else {
      sound =
          switch (state) {
            case UNKNOWN -> unknown(value);
            case LINES -> inLines(value);
            case ARRAY -> inArray(value);
            case BETWEEN_ARRAYS -> betweenArrays(value);
          };
    }
    if (sound) {
      position++;
    }
    return sound;
  }

  /** Goes on after damage, with a row of an array, or with a line, that begins at {@code at}. */
  void resume(long at, long row) {
    state = isArray() ? State.ARRAY : State.LINES;
    position = at;
    number = row;
    damage = null;
    forget();
  }

  private boolean inString(byte value) {
    end = position + 1;
    if (escaped) {
      escaped = false;
    } else if (value == '\\') {
      escaped = true;
    } else if (value == '"') {
      inString = false;
      last = '"';
    }
    return true;
  }

  private boolean unknown(byte value) {
    if (value == '[') {
      state = State.ARRAY;
      number = 1;
    } else if (value == '{') {
      state = State.LINES;
      return inLines(value);
    } else if (value == '\n') {
      number++;
    } else if (!isWhite(value)) {
      return broken("neither an array nor an object");
    }
    return true;
  }

  private boolean inLines(byte value) {
    if (value == '\n') {
      if (isOpen()) {
        return broken("the line breaks off " + (inString ? "within a text" : "before its '}'"));
      }
      closeRow();
      number++;
      return true;
    }
    if (start < 0 && LONE.indexOf(value) >= 0 || last == BARE_WORD) {
      return isWhite(value) || inLoneValue();
    }
    if (start < 0) {
      if (value != '{') {
        return isWhite(value) || broken("not an object" + found(value));
      }
    } else if (isWhite(value)) {
      return true;
    } else if (nesting.depth() == 0) {
      closeRow();
      if (value != '{') { // as where files were joined, of which one did not end in a line break
        return broken("something follows the object" + found(value));
      }
    }
    open();
    switch (value) {
      case '"' -> inString = true;
      case '{', '[' -> nesting.open(value == '{');
      case '}', ']' -> nesting.close();
      default -> {}
    }
    return true;
  }

  /**
   * A line such as null, a number or a comment loses no other row: it is a row that is rejected.
   */
  private boolean inLoneValue() {
    open();
    last = BARE_WORD;
    return true;
  }

  private boolean betweenArrays(byte value) {
    if (value == '[') {
      state = State.ARRAY;
      return true;
    }
    return isWhite(value) || broken("something follows the end of the array" + found(value));
  }

  private boolean inArray(byte value) {
    if (start < 0 && isWhite(value)) {
      return true;
    }
    if (nesting.depth() == 0) {
      return start < 0 ? beforeRow(value) : afterRow(value);
    }
    return value == ' ' || value == '\n' || value == '\r' || value == '\t' || inRow(value);
  }

  private boolean beforeRow(byte value) {
    switch (value) {
      case ',' -> {
        // Nothing between two commas: a row without content.
        start = position;
        end = position;
        nextRow();
      }
      case ']' -> state = State.BETWEEN_ARRAYS;
      case '{' -> {
        open();
        nesting.open(true);
        last = value;
      }
      case '"' -> {
        open();
        inString = true;
      }
      case '[' -> {
        return broken("a list within the list, which would count as one row");
      }
      case '}', ':' -> {
        return broken("'" + (char) value + "' without a '{' before it");
      }
      case '/', '#' -> {
        return broken("a comment, which JSON does not have");
      }
      default -> {
        if (value < 0) {
          return broken("text outside of quotes");
        }
        open();
        last = BARE_WORD;
      }
    }
    return true;
  }

  private boolean afterRow(byte value) {
    if (value == ',' || value == ']') {
      nextRow();
      state = value == ']' ? State.BETWEEN_ARRAYS : state;
      return true;
    }
    if (isWhite(value)) {
      return true;
    }
    if (last == BARE_WORD && value > ' ' && "\"{}[:".indexOf(value) < 0) {
      open();
      return true;
    }
    if (last == '}') {
      nextRow();
    }
    return broken("no comma after the row before" + found(value));
  }

  private boolean inRow(byte value) {
    boolean afterValue = last == '}' || last == ']' || last == '"';
    if (key && value != ':') {
      return broken("a key without a value, or a quote that is not closed or not escaped");
    }
    switch (value) {
      case '"' -> {
        if (afterValue || last == BARE_WORD) {
          return broken("a comma is missing, or a quote is not closed or not escaped");
        }
        inString = true;
        key = nesting.inObject() && last != ':';
      }
      case '{', '[' -> {
        if (afterValue || last == BARE_WORD) {
          return broken("a comma is missing, or a quote is not closed or not escaped");
        }
        if (nesting.inObject() && last != ':') {
          return broken("'" + (char) value + "' in place of a key; is a bracket not closed?");
        }
        nesting.open(value == '{');
      }
      case '}', ']' -> {
        if (nesting.inObject() != (value == '}')) {
          return broken(
              nesting.inObject() ? "']' in an object that is not closed" : "'}' in an open list");
        }
        nesting.close();
      }
      case ',' -> {}
      case ':' -> key = false;
      case '/', '#' -> {
        return broken("a comment, which JSON does not have");
      }
      default -> {
        if (afterValue) {
          return broken("a comma is missing, or a quote is not closed or not escaped");
        }
      }
    }
    open();
    last = "\"{}[]:,".indexOf(value) < 0 ? BARE_WORD : value;
    return true;
  }

  private boolean broken(String problem) {
    damage = new Damage(position, problem);
    return false;
  }

  private static String found(byte value) {
    return value > ' ' ? " ('" + (char) value + "')" : " (byte 0x%02X)".formatted(value & 0xFF);
  }

  private void nextRow() {
    closeRow();
    number++;
  }

  private boolean isOpen() {
    return start >= 0 && (inString || nesting.depth() > 0);
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
    forget();
  }

  private void forget() {
    start = -1;
    nesting.clear();
    inString = false;
    escaped = false;
    key = false;
    last = 0;
    wide = 0;
  }

  /** Ends a range: no separator follows its last row, which in an array may be without content. */
  void finishRange() {
    if (isArray() && start < 0 && number == lastOfRange) {
      start = position;
      end = position;
    }
    closeRow();
  }

  /**
   * Ends the file.
   *
   * @return whether it ends where a row or an array does; if not, see {@link #damage}
   */
  boolean finish() {
    if (state == State.ARRAY || isOpen()) {
      if (last == '}' && !isOpen()) {
        nextRow();
      }
      return broken(
          "the file breaks off"
              + (isArray() ? " without the closing ']'" : "")
              + " (was it copied completely?)");
    }
    if (start >= 0) {
      nextRow();
    }
    return true;
  }

  /** White space between rows: JSON's own, byte-order marks and the blanks of other scripts. */
  private boolean isWhite(byte value) {
    if (wide == 0 && value >= 0) {
      return value == ' ' || value == '\n' || value == '\r' || value == '\t';
    }
    wide = wide << 8 | value & 0xFF;
    switch (wide) {
      case 0xC2, 0xE2, 0xE280, 0xE3, 0xE380, 0xEF, 0xEFBB -> {
        return true;
      }
      case 0xC285, 0xC2A0, 0xE2808B, 0xE280A8, 0xE280A9, 0xE38080, 0xEFBBBF -> {
        wide = 0;
        return true;
      }
      default -> {
        wide = 0;
        return false;
      }
    }
  }
}
