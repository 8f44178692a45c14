package parrot.datasets.benchmark;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.dhatim.fastexcel.reader.Cell;
import org.dhatim.fastexcel.reader.CellType;
import org.dhatim.fastexcel.reader.ReadableWorkbook;
import parrot.datasets.DataException;

/** The first sheet of an Excel file, as pandas writes tables; numbers as short as they can be. */
final class Spreadsheet extends Table {
  static final String EXTENSION = ".xlsx";

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

  @Override
  int line() {
    return line;
  }

  @Override
  public void close() throws IOException {
    workbook.close();
  }
}
