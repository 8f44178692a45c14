package parrot.datasets.benchmark;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import parrot.datasets.DataException;

/**
 * Tab-separated values with a header, quoted as pandas reads and writes them: a cell that begins
 * with a quote runs to the next single quote, may hold tabs and line breaks, and doubles its own
 * quotes. Blank lines are skipped. UTF-8, with or without byte order mark.
 */
final class Tsv extends Table {
  private final BufferedReader in;
  private int pushedBack = NOTHING;
  private int line = 1;

  private static final int NOTHING = -2;
  private static final int BYTE_ORDER_MARK = 0xFEFF;

  /**
   * @param name what messages call the file
   */
  Tsv(InputStream stream, String name) throws IOException {
    super(name);
    this.in =
        new BufferedReader(
            new InputStreamReader(
                stream,
                StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)),
            1 << 16);
    int first = read();
    if (first != BYTE_ORDER_MARK) {
      pushedBack = first;
    }
  }

  /** One record of the file; a cell is null where nothing at all stands, not even quotes. */
  @Override
  List<String> record() throws IOException {
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
                  .formatted(name(), begin, cells.size() + 1));
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

  @Override
  int line() {
    return line;
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
          "Cannot read %s line %d or after: it is not UTF-8 (convert it)".formatted(name(), line),
          e);
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
}
