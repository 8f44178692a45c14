package parrot.datasets.source;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import parrot.datasets.source.RowBoundaries.Damage;

/** Collects rows into ranges; damage is an error, or a range of its own that holds no row. */
final class RangeCutter implements RowScanner.Sink {
  private final String file;
  private final String name;
  private final long rangeBytes;
  private final boolean packed;
  private final boolean resynchronise;
  private final List<SourceRange> ranges = new ArrayList<>();
  private long start = -1;
  private long end;
  private long firstRow;
  private long rows;
  private long lastRow;
  private Supplier<SourceForm> form;

  RangeCutter(String file, String name, long rangeBytes, boolean packed, boolean resynchronise) {
    this.file = file;
    this.name = name;
    this.rangeBytes = packed ? Long.MAX_VALUE : Math.max(1, rangeBytes);
    this.packed = packed;
    this.resynchronise = resynchronise;
  }

  /** How the rows lie in the file, once the first of them was found. */
  void of(Supplier<SourceForm> found) {
    form = found;
  }

  @Override
  public void row(long number, long rowStart, long rowEnd) {
    rows(number, 1, rowStart, rowEnd);
  }

  /** Rows that cannot be told apart by bytes. */
  void rows(long number, long count, long rowStart, long rowEnd) {
    if (start >= 0 && rowEnd - start > rangeBytes) {
      cut();
    }
    if (start < 0) {
      start = rowStart;
      firstRow = number;
    }
    end = rowEnd;
    lastRow = number + count - 1;
    rows += count;
  }

  private boolean hasRows() {
    return lastRow > 0;
  }

  @Override
  public void lost(long number, long from, long to, boolean atEnd, Damage damage) {
    if (!resynchronise) {
      throw new DamagedFileException(message(number, from, to, atEnd, damage), hasRows());
    }
    cut();
    ranges.add(
        range(
            from,
            to,
            number,
            1,
            "%s, at byte %d; bytes %d to %d were left out"
                .formatted(damage.problem(), damage.at(), from, to)));
  }

  private String message(long number, long from, long to, boolean atEnd, Damage damage) {
    String row = form.get() == SourceForm.LINES ? "line" : "row";
    StringBuilder text = new StringBuilder();
    text.append("Cannot read %s: it is damaged at byte %d".formatted(name, damage.at()));
    text.append(packed ? " of the text inside: " : ": ");
    text.append(damage.problem()).append(". ");
    text.append("What cannot be read begins at byte %d, in %s %d; ".formatted(from, row, number));
    text.append(
        hasRows()
            ? "the last whole %s is %d and ends at byte %d; ".formatted(row, lastRow, end)
            : "no whole %s comes before it; ".formatted(row));
    text.append(atEnd ? "none follows" : "the next %s begins at byte %d".formatted(row, to));
    text.append(". Copy or write the file again, or pass --resynchronise, which goes on at the");
    text.append(" next whole %s and leaves out bytes %d to %d".formatted(row, from, to));
    return text.toString();
  }

  private void cut() {
    if (start >= 0) {
      ranges.add(range(start, end, firstRow, rows, null));
    }
    start = -1;
    rows = 0;
  }

  private SourceRange range(long from, long to, long first, long count, String problem) {
    return new SourceRange(file, name, form.get(), packed, from, to, first, count, problem);
  }

  List<SourceRange> finish() {
    cut();
    return ranges;
  }
}
