package parrot.jobs.report;

import java.util.List;
import java.util.Locale;
import parrot.jobs.report.ReportData.Comparison;
import parrot.jobs.report.chart.Markup;

/** Differences on the same questions, as a table that says how sure they are. */
public final class ComparisonTable {
  private static final List<String> HEADS =
      List.of(
          "Compared",
          "Questions",
          "Language",
          "n",
          "Clusters",
          "Difference",
          "95 % interval",
          "Detectable",
          "p",
          "");

  private ComparisonTable() {}

  /** Writes the table and how it is to be read. */
  public static void write(Markup html, List<Comparison> comparisons) {
    html.raw("<div class=\"scroll\"><table><thead><tr>");
    HEADS.forEach(head -> html.element("th", head));
    html.raw("</tr></thead><tbody>");
    for (Comparison one : comparisons) {
      html.raw(one.tooSmall() ? "<tr class=\"small\">" : "<tr>");
      html.element("td", one.name() + " against " + one.than());
      html.element("td", one.benchmark() + ", " + one.metric());
      html.element("td", one.language().equals("all") ? "all" : Words.language(one.language()));
      html.element("td", Words.count(one.n()));
      html.element("td", Words.count(one.questions()));
      html.element("td", signed(one.difference()) + " points");
      html.element("td", signed(one.low()) + " to " + signed(one.high()));
      html.element("td", String.format(Locale.ROOT, "%.1f points", 100 * one.smallest()));
      html.element("td", String.format(Locale.ROOT, "%.4f", one.pValue()));
      html.element("td", "class=\"left\"", one.verdict()).raw("</tr>");
    }
    html.raw("</tbody></table></div>");
    html.element(
        "p",
        "class=\"note\"",
        "Translations of one question are one cluster. Detectable: the smallest difference that these "
            + "questions show at 80 % power; smaller ones are grey. p is McNemar's exact test; those "
            + "of the languages are corrected after Holm.");
  }

  static String signed(double share) {
    return String.format(Locale.ROOT, "%+.1f", 100 * share).replace('-', '\u2212');
  }
}
