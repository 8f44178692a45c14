package parrot.benchmarks.study;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A table for people, as Markdown and as HTML. */
final class Sheet {
  private static final int WIDTH = 160;
  private static final int HEIGHT = 14;

  /**
   * An interval, drawn in HTML alone.
   *
   * @param most the end of the drawing's axis, on both sides of 0
   */
  record Bar(double low, double middle, double high, double most) {
    String svg() {
      return String.format(
          Locale.ROOT,
          "<svg width=\"%d\" height=\"%d\"><path d=\"M%d 0V%d\" class=\"zero\"/>"
              + "<path d=\"M%.1f 7H%.1f\" class=\"interval\"/><circle cx=\"%.1f\" cy=\"7\" r=\"3\"/></svg>",
          WIDTH,
          HEIGHT,
          WIDTH / 2,
          HEIGHT,
          x(low),
          x(high),
          x(middle));
    }

    private double x(double value) {
      return WIDTH / 2.0 * (1 + 0.95 * value / most);
    }
  }

  private final String title;
  private final String note;
  private final List<String> columns;
  private final List<List<String>> rows = new ArrayList<>();
  private final List<Bar> bars = new ArrayList<>();

  /**
   * @param note how to read it; may be empty
   */
  Sheet(String title, String note, List<String> columns) {
    this.title = title;
    this.note = note;
    this.columns = columns;
  }

  void add(List<String> row) {
    if (row.size() != columns.size()) {
      throw new IllegalArgumentException(
          "Invalid row: %d cells (must be %d)".formatted(row.size(), columns.size()));
    }
    rows.add(row);
  }

  void add(List<String> row, Bar bar) {
    add(row);
    bars.add(bar);
  }

  boolean isEmpty() {
    return rows.isEmpty();
  }

  String markdown() {
    StringBuilder text = new StringBuilder("## " + title + "\n\n");
    text.append(note.isEmpty() ? "" : note + "\n\n");
    text.append("| ").append(String.join(" | ", columns)).append(" |\n|");
    columns.forEach(column -> text.append("---|"));
    rows.forEach(
        row ->
            text.append("\n| ")
                .append(String.join(" | ", row.stream().map(Sheet::inCell).toList()))
                .append(" |"));
    return text.append("\n").toString();
  }

  private static String inCell(String text) {
    return text.replace("|", "\\|").replace("\n", " ");
  }

  String html() {
    StringBuilder text = new StringBuilder("<h2>" + escape(title) + "</h2>\n");
    text.append(note.isEmpty() ? "" : "<p>" + escape(note) + "</p>\n");
    text.append("<table><tr>");
    columns.forEach(column -> text.append("<th>").append(escape(column)).append("</th>"));
    text.append(bars.isEmpty() ? "" : "<th></th>").append("</tr>\n");
    for (int i = 0; i < rows.size(); i++) {
      text.append("<tr>");
      rows.get(i).forEach(cell -> text.append("<td>").append(escape(cell)).append("</td>"));
      text.append(bars.isEmpty() ? "" : "<td>" + bars.get(i).svg() + "</td>").append("</tr>\n");
    }
    return text.append("</table>\n").toString();
  }

  static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
