package parrot.datasets.benchmark;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.dhatim.fastexcel.Workbook;
import org.dhatim.fastexcel.Worksheet;
import org.dhatim.fastexcel.reader.Cell;
import org.dhatim.fastexcel.reader.CellType;
import org.dhatim.fastexcel.reader.ReadableWorkbook;
import parrot.datasets.DataException;

/** The first sheet of an Excel file, as pandas writes tables; numbers as short as they can be. */
final class Spreadsheet extends Table {
  static final String EXTENSION = ".xlsx";

  private static final int LONGEST_TEXT = 32_767;

  private final ReadableWorkbook workbook;
  private final Iterator<org.dhatim.fastexcel.reader.Row> rows;
  private int width = -1;
  private int line = 1;

  /**
   * @param name what messages call the file
   */
  Spreadsheet(InputStream stream, String name) throws IOException {
    super(name);
    try (stream) {
      workbook = new ReadableWorkbook(stream);
      rows = workbook.getFirstSheet().openStream().iterator();
    } catch (Exception e) {
      throw damaged(e);
    }
  }

  private DataException damaged(Exception e) {
    return new DataException(
        "Cannot read %s: it is not an Excel file, or a damaged one (%s); save it again as .xlsx, or as tab-separated .tsv"
            .formatted(name(), e.getMessage()),
        e);
  }

  @Override
  List<String> record() {
    try {
      if (!rows.hasNext()) {
        return null;
      }
      org.dhatim.fastexcel.reader.Row row = rows.next();
      List<String> cells = new ArrayList<>();
      for (int i = 0; i < row.getCellCount(); i++) {
        cells.add(text(row.getCell(i)));
      }
      if (cells.isEmpty()) {
        cells.add(null); // a blank line
      }
      while (cells.size() > Math.max(width, 1) && cells.get(cells.size() - 1) == null) {
        cells.remove(cells.size() - 1);
      }
      if (cells.stream().anyMatch(cell -> cell != null)) {
        while (cells.size() < width) {
          cells.add(null); // a row ends with its last filled cell
        }
      }
      width = width < 0 ? cells.size() : width;
      line = row.getRowNum() + 1;
      return cells;
    } catch (Exception e) {
      throw damaged(e); // the reader throws checked exceptions that it does not declare
    }
  }

  private static String text(Cell cell) {
    if (cell == null || cell.getType() == CellType.EMPTY) {
      return null;
    } else if (cell.getType() == CellType.NUMBER) {
      return cell.asNumber().stripTrailingZeros().toPlainString();
    } else if (cell.getType() == CellType.BOOLEAN) {
      return cell.asBoolean() ? "True" : "False";
    }
    String text = cell.getText();
    return text.isEmpty() ? null : text;
  }

  /**
   * Writes one sheet; the stream stays open. The column {@code index} has numbers, all others
   * texts, so that no answer becomes a number or a date.
   *
   * @param rows cells as they are in {@code header}; null for an empty one
   * @throws DataException if a text is longer than a cell may be
   */
  static void write(OutputStream out, List<String> header, List<List<String>> rows)
      throws IOException {
    Workbook workbook = new Workbook(out, "Parrot", null);
    Worksheet sheet = workbook.newWorksheet("Sheet1");
    for (int column = 0; column < header.size(); column++) {
      sheet.value(0, column, header.get(column));
      boolean number = header.get(column).equals("index");
      for (int row = 0; row < rows.size(); row++) {
        String cell = rows.get(row).get(column);
        if (cell != null && number) {
          sheet.value(row + 1, column, Long.parseLong(cell));
        } else if (cell != null) {
          sheet.value(row + 1, column, limited(cell, row + 2, header.get(column)));
        }
      }
    }
    workbook.finish();
  }

  private static String limited(String cell, int line, String column) {
    if (cell.length() > LONGEST_TEXT) {
      throw new DataException(
          "Cannot write a spreadsheet: row %d column %s has %d characters (a cell holds at most %d; write .jsonl instead)"
              .formatted(line, column, cell.length(), LONGEST_TEXT));
    }
    return cell;
  }

  @Override
  int line() {
    return line;
  }

  @Override
  public void close() throws IOException {
    workbook.close();
  }
}
