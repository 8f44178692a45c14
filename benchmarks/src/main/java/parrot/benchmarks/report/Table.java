package parrot.benchmarks.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/** Named columns of numbers and words. NaN stands for a missing number. */
public final class Table {
  private final List<String> columns;
  private final List<List<Object>> rows = new ArrayList<>();

  public Table(String... columns) {
    this.columns = List.of(columns);
  }

  /**
   * A column of a table that has one row per item.
   *
   * @param name over the column
   * @param value number or word of an item
   */
  public record Column<T>(String name, Function<T, Object> value) {}

  public static <T> Column<T> column(String name, Function<T, Object> value) {
    return new Column<>(name, value);
  }

  /** One row per item. */
  @SafeVarargs
  public static <T> Table of(List<T> items, Column<T>... columns) {
    Table table = new Table(Arrays.stream(columns).map(Column::name).toArray(String[]::new));
    for (T item : items) {
      table.add(Arrays.stream(columns).map(column -> column.value().apply(item)).toArray());
    }
    return table;
  }

  /** Adds a row of numbers and words. */
  public void add(Object... cells) {
    if (cells.length != columns.size()) {
      throw new IllegalArgumentException(
          "Cannot add a row: got %d cells, expected %d".formatted(cells.length, columns.size()));
    }
    rows.add(List.of(cells));
  }

  public List<List<Object>> rows() {
    return List.copyOf(rows);
  }

  /** As Markdown; words to the left, numbers to the right. */
  public String markdown() {
    StringBuilder text = new StringBuilder("|");
    columns.forEach(column -> text.append(' ').append(column).append(" |"));
    text.append("\n|");
    for (int i = 0; i < columns.size(); i++) {
      boolean words = rows.isEmpty() || rows.get(0).get(i) instanceof String;
      text.append(words ? "---|" : "---:|");
    }
    for (List<Object> row : rows) {
      text.append("\n|");
      row.forEach(cell -> text.append(' ').append(text(cell)).append(" |"));
    }
    return text.append('\n').toString();
  }

  private static String text(Object cell) {
    return cell instanceof Number number ? Numbers.text(number.doubleValue()) : cell.toString();
  }

  /** One object for each row. */
  ArrayNode json() {
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    for (List<Object> row : rows) {
      ObjectNode object = array.addObject();
      for (int i = 0; i < columns.size(); i++) {
        if (row.get(i) instanceof Number number) {
          double value = number.doubleValue();
          if (Double.isFinite(value)) {
            object.put(columns.get(i), value);
          } else {
            object.putNull(columns.get(i));
          }
        } else {
          object.put(columns.get(i), row.get(i).toString());
        }
      }
    }
    return array;
  }
}
