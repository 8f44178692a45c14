package parrot.jobs.report.chart;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Numbers from 0 to 1 as shades, with the number in each cell. */
public final class HeatMap {
  private static final int CELL_HEIGHT = 34;
  private static final int TOP = 26;

  private HeatMap() {}

  /**
   * @param columns names above the columns
   * @param rows values by the name of the row; one per column, NaN if there is none
   * @param darkest the value of the darkest shade
   */
  public static String svg(
      String description, List<String> columns, Map<String, List<Double>> rows, double darkest) {
    int left = 96;
    int cellWidth = Math.max(56, Math.min(96, 620 / Math.max(1, columns.size())));
    int width = left + cellWidth * columns.size() + 2;
    int height = TOP + CELL_HEIGHT * rows.size() + 4;
    Markup svg = new Markup();
    svg.raw(
        "<svg class=\"chart heat\" viewBox=\"0 0 %d %d\" style=\"max-width:%dpx\" role=\"img\" aria-label=\"%s\">",
        width, height, width, Markup.escape(description));
    for (int i = 0; i < columns.size(); i++) {
      svg.raw(
          "<text class=\"tick\" x=\"%.1f\" y=\"16\" text-anchor=\"middle\">",
          left + (i + 0.5) * cellWidth);
      svg.text(columns.get(i)).raw("</text>");
    }
    int row = 0;
    for (Map.Entry<String, List<Double>> entry : rows.entrySet()) {
      int y = TOP + row++ * CELL_HEIGHT;
      svg.raw(
          "<text class=\"group\" x=\"%d\" y=\"%d\" text-anchor=\"end\">",
          left - 10, y + CELL_HEIGHT / 2 + 4);
      svg.text(entry.getKey()).raw("</text>");
      for (int i = 0; i < columns.size(); i++) {
        cell(
            svg,
            entry.getKey() + ", " + columns.get(i),
            entry.getValue().get(i),
            darkest,
            left + i * cellWidth,
            y,
            cellWidth);
      }
    }
    return svg.raw("</svg>").toString();
  }

  private static void cell(
      Markup svg, String name, double value, double darkest, int x, int y, int width) {
    double shade = Double.isFinite(value) ? Math.min(1, Math.max(0, value / darkest)) : 0;
    svg.raw(
        "<g><rect class=\"cell\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"3\"/>",
        x + 1, y + 1, width - 2, CELL_HEIGHT - 2);
    svg.raw(
        "<rect class=\"shade\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"3\" fill-opacity=\"%.3f\"/>",
        x + 1, y + 1, width - 2, CELL_HEIGHT - 2, shade);
    svg.raw(
        "<text class=\"%s\" x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>",
        shade > 0.6 ? "on-dark" : "on-light",
        x + width / 2.0,
        y + CELL_HEIGHT / 2 + 4,
        Double.isFinite(value) ? String.format(Locale.ROOT, "%.0f %%", 100 * value) : "–");
    svg.raw("<title>")
        .text(
            name
                + (Double.isFinite(value)
                    ? String.format(Locale.ROOT, ": %.1f %%", 100 * value)
                    : ": none"))
        .raw("</title></g>");
  }
}
