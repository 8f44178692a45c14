package parrot.datasets.source;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;

/**
 * Passes once over a text and finds its rows. After damage it goes on at the next whole row: in
 * lines the next line, in arrays the next object whose first key is that of the rows before. Keeps
 * no more of the text than the row that is open.
 */
final class RowScanner {
  /** A longer row is taken for a quote or bracket that was never closed. */
  static final int LONGEST_ROW = 64 << 20;

  /** Receives what is found, in the order of the text. */
  interface Sink extends RowBoundaries.Sink {
    /**
     * The bytes {@code [start, end)} hold no whole row.
     *
     * @param number of the row in which they begin
     * @param atEnd whether they reach to the end of the text, so that no row follows
     */
    void lost(long number, long start, long end, boolean atEnd, RowBoundaries.Damage damage);
  }

  private static final int HEAD = 1 << 16;
  private static final Set<String> USUAL_KEYS = Set.of("id", "image", "conversations", "messages");

  private final SourceBytes in;
  private final Sink sink;
  private final RowBoundaries boundaries;
  private Set<String> firstKeys = USUAL_KEYS;

  private byte[] window = new byte[HEAD];
  private int length;
  private int at;
  private long base; // of the window in the text
  private boolean ended;
  private RowBoundaries.Damage packing;

  // While the next whole row is looked for.
  private RowBoundaries.Damage damage;
  private long lostNumber;
  private long lostStart;
  private int brace = -1;

  RowScanner(SourceBytes in, Sink sink) {
    this.in = in;
    this.sink = sink;
    this.boundaries = new RowBoundaries(this::row);
  }

  RowBoundaries boundaries() {
    return boundaries;
  }

  /** Bytes of the text that were read. */
  long position() {
    return base + length;
  }

  /** The first bytes of the text, while the format is not known. */
  byte[] head() throws IOException {
    while (length < window.length && fill()) {}
    return Arrays.copyOf(window, length);
  }

  private void row(long number, long start, long end) {
    if (firstKeys == USUAL_KEYS && boundaries.isArray()) {
      String key = firstKey((int) (start - base), (int) (end - base));
      firstKeys = key == null ? firstKeys : Set.of(key);
    }
    sink.row(number, start, end);
  }

  /** Reads to the end, or until the first byte shows that the text has no rows at all. */
  void run() throws IOException {
    do {
      while (at < length || fill()) {
        if (damage != null) {
          seek();
        } else if (boundaries.accept(window[at])) {
          at++;
        } else if (!boundaries.isFormatKnown()) {
          return;
        } else {
          lose(boundaries.damage());
        }
      }
    } while (damage == null && !finish());
    if (damage != null) {
      sink.lost(lostNumber, lostStart, base + length, true, damage);
    }
  }

  private boolean finish() {
    boolean whole = boundaries.finish();
    if (!whole || packing != null) {
      lose(packing != null ? packing : boundaries.damage());
    }
    return damage == null;
  }

  /** Starts to look for the next whole row, in arrays from the second byte of the open one. */
  private void lose(RowBoundaries.Damage found) {
    damage = found;
    lostNumber = boundaries.number();
    lostStart = boundaries.start() < 0 ? base + at : boundaries.start();
    brace = -1;
    if (boundaries.isArray() && boundaries.start() >= 0) {
      at = (int) (boundaries.start() - base) + 1;
    }
  }

  private void seek() {
    byte value = window[at];
    if (!boundaries.isArray()) {
      at++;
      if (value == '\n') {
        resume();
      }
    } else if (value == '{') {
      brace = at++;
    } else if (value == '"' && brace >= 0 && isFirstKey()) {
      at = brace;
      resume();
    } else {
      at++;
    }
  }

  /** Whether the window holds a brace and a first key that ends here; forgets other braces. */
  private boolean isFirstKey() {
    int from = afterWhite(brace + 1, at);
    if (from == at) {
      return false; // the key's first quote
    }
    if (window[from] == '"' && firstKeys.contains(text(from + 1, at))) {
      return true;
    }
    brace = -1;
    return false;
  }

  private void resume() {
    sink.lost(lostNumber, lostStart, base + at, false, damage);
    boundaries.resume(base + at, lostNumber + 1);
    damage = null;
    brace = -1;
  }

  private String firstKey(int from, int end) {
    int quote = from < end && window[from] == '{' ? afterWhite(from + 1, end) : end;
    if (quote == end || window[quote] != '"') {
      return null;
    }
    int close = quote + 1;
    while (close < end && window[close] != '"') {
      close++;
    }
    return text(quote + 1, close);
  }

  private int afterWhite(int from, int end) {
    int index = from;
    while (index < end && window[index] > 0 && window[index] <= ' ') {
      index++;
    }
    return index;
  }

  private String text(int from, int end) {
    return new String(window, from, end - from, StandardCharsets.UTF_8);
  }

  private boolean fill() throws IOException {
    if (ended) {
      return false;
    }
    makeRoom();
    int count;
    try {
      count = in.read(window, length, window.length - length);
    } catch (SourceBytes.DamagedPackingException e) {
      packing = new RowBoundaries.Damage(base + length, e.getMessage());
      count = -1;
    }
    if (count < 0) {
      ended = true;
      return false;
    }
    length += count;
    return true;
  }

  private void makeRoom() {
    if (damage == null && boundaries.start() >= 0 && base + at - boundaries.start() > LONGEST_ROW) {
      lose(
          new RowBoundaries.Damage(
              boundaries.start(),
              "a row of more than %,d bytes; is a quote or bracket not closed?"
                  .formatted(LONGEST_ROW)));
    }
    int keep = at;
    if (damage == null && boundaries.start() >= 0) {
      keep = (int) (boundaries.start() - base);
    } else if (brace >= 0) {
      keep = brace;
      brace = 0;
    }
    if (!boundaries.isFormatKnown()) {
      keep = at < HEAD ? 0 : at; // for what the file is
    }
    if (keep > 0) {
      System.arraycopy(window, keep, window, 0, length - keep);
      base += keep;
      length -= keep;
      at -= keep;
    }
    if (length == window.length) {
      window = Arrays.copyOf(window, 2 * length);
    }
  }
}
