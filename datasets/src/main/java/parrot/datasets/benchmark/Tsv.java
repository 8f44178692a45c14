package parrot.datasets.benchmark;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import parrot.datasets.DataException;
import parrot.datasets.language.UnicodeText;

/**
 * Tab-separated values with a header, quoted as pandas reads and writes them: a cell that begins
 * with a quote runs to the next single quote, may hold tabs and line breaks, and doubles its own
 * quotes. Blank lines are skipped. UTF-8, with or without byte order mark.
 */
final class Tsv implements Closeable {
  private final BufferedReader in;
  private final String name;
  private final Map<String, Integer> columns = new HashMap<>();
  private int pushedBack = NOTHING;
  private int line = 1;

  private static final int NOTHING = -2;
  private static final int BYTE_ORDER_MARK = 0xFEFF;

  /**
   * Reads the header.
   *
   * @param name what messages call the file
   */
  Tsv(InputStream stream, String name) throws IOException {
    this.in =
        new BufferedReader(
            new InputStreamReader(
                stream,
                StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)),
            1 << 16);
    this.name = name;
    int first = read();
    if (first != BYTE_ORDER_MARK) {
      pushedBack = first;
    }
    List<String> header = record();
    if (header == null) {
      throw new DataException(
          "Cannot read %s: it is empty (expected a header of tab-separated columns)"
              .formatted(name));
    }
    for (int i = 0; i < header.size(); i++) {
      if (columns.put(header.get(i), i) != null) {
        throw new DataException(
            "Cannot read %s line 1: the column %s is there twice (rename or remove one)"
                .formatted(name, header.get(i)));
      }
    }
  }

  boolean has(String column) {
    return columns.containsKey(column);
  }

  /**
   * @throws DataException naming the columns that are missing and those that are there
   */
  void require(String... required) {
    List<String> missing = new ArrayList<>();
    for (String column : required) {
      if (!has(column)) {
        missing.add(column);
      }
    }
    if (!missing.isEmpty()) {
      throw new DataException(
          "Cannot read %s line 1: no column %s (got %s; is it tab-separated?)"
              .formatted(
                  name,
                  String.join(", ", missing),
                  String.join(", ", columns.keySet().stream().sorted().toList())));
    }
  }

  /** The next row, or null at the end. */
  Row next() throws IOException {
    int begin = line;
    List<String> cells;
    do {
      begin = line;
      cells = record();
      if (cells == null) {
        return null;
      }
    } while (cells.size() == 1 && columns.size() > 1 && cells.get(0) == null);
    if (cells.size() != columns.size()) {
      throw new DataException(
          "Cannot read %s line %d: %d columns (expected %d as in the header; is the file complete?)"
              .formatted(name, begin, cells.size(), columns.size()));
    }
    return new Row(cells, begin);
  }

  /** One record of the file; a cell is null where nothing at all stands, not even quotes. */
  private List<String> record() throws IOException {
    int c = read();
    if (c < 0) {
      return null;
    }
    int begin = line;
    List<String> cells = new ArrayList<>();
    StringBuilder cell = new StringBuilder();
    boolean quoted = false;
    boolean inQuotes = false;
    while (true) {
      if (inQuotes) {
        if (c < 0) {
          throw new DataException(
              "Cannot read %s line %d column %d: a quote is opened and never closed"
                  .formatted(name, begin, cells.size() + 1));
        }
        if (c == '"') {
          int after = read();
          if (after == '"') {
            cell.append('"');
          } else {
            inQuotes = false;
            pushedBack = after;
          }
        } else {
          if (c == '\n') {
            line++;
          }
          cell.append((char) c);
        }
      } else if (c == '"' && cell.length() == 0 && !quoted) {
        quoted = true;
        inQuotes = true;
      } else if (c == '\t' || c == '\n' || c == '\r' || c < 0) {
        cells.add(cell.length() == 0 && !quoted ? null : cell.toString());
        cell.setLength(0);
        quoted = false;
        if (c == '\r') {
          int after = read();
          if (after != '\n') {
            pushedBack = after;
          }
        }
        if (c != '\t') {
          line += c < 0 ? 0 : 1;
          return cells;
        }
      } else {
        cell.append((char) c);
      }
      c = read();
    }
  }

  private int read() throws IOException {
    if (pushedBack != NOTHING) {
      int c = pushedBack;
      pushedBack = NOTHING;
      return c;
    }
    try {
      return in.read();
    } catch (CharacterCodingException e) {
      throw new DataException(
          "Cannot read %s line %d or after: it is not UTF-8 (convert it)".formatted(name, line), e);
    }
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  /** One row; a null cell is nothing at all, an empty one a pair of quotes. */
  static void write(Writer out, List<String> cells) throws IOException {
    for (int i = 0; i < cells.size(); i++) {
      out.write(i == 0 ? "" : "\t");
      out.write(quote(cells.get(i)));
    }
    out.write('\n');
  }

  /** A cell as pandas writes it: quoted if it must be. */
  private static String quote(String cell) {
    if (cell == null) {
      return "";
    }
    boolean plain = !cell.isEmpty();
    for (int i = 0; i < cell.length() && plain; i++) {
      plain = "\t\n\r\"".indexOf(cell.charAt(i)) < 0;
    }
    return plain ? cell : '"' + cell.replace("\"", "\"\"") + '"';
  }

  /** One row, by the names of its columns. */
  final class Row {
    private final List<String> cells;
    private final int begin;

    private Row(List<String> cells, int begin) {
      this.cells = cells;
      this.begin = begin;
    }

    /** The cell as it stands; null where nothing stands or the column is not there. */
    String raw(String column) {
      Integer i = columns.get(column);
      return i == null ? null : cells.get(i);
    }

    /** The cell, unless the column is not there, or it is blank or {@code nan}. */
    Optional<String> value(String column) {
      String cell = raw(column);
      boolean absent =
          cell == null
              || UnicodeText.isBlank(cell)
              || UnicodeText.strip(cell).equalsIgnoreCase("nan");
      return absent ? Optional.empty() : Optional.of(cell);
    }

    /** A problem with a cell, in words. */
    DataException problem(String column, String reason) {
      return new DataException(
          "Cannot read %s line %d column %s: %s".formatted(name, begin, column, reason));
    }

    /** A problem with the row, in words. */
    DataException problem(String reason) {
      return new DataException("Cannot read %s line %d: %s".formatted(name, begin, reason));
    }

    int line() {
      return begin;
    }
  }
}
