package parrot.jobs.evaluate;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/** Paired differences as tables for a terminal. */
final class DifferenceTable {
  private DifferenceTable() {}

  /**
   * By benchmark: each language, then all.
   *
   * @param others what the predictions are called that the first ones are held against
   */
  static void print(PrintWriter out, List<Difference> differences, String others) {
    String benchmark = "";
    for (Difference one : differences) {
      if (!one.benchmark().equals(benchmark)) {
        benchmark = one.benchmark();
        out.printf(
            "%n%s, %s: the first predictions against %s, same questions%n",
            benchmark, one.metric(), others);
        out.println(
            "  language      n  clusters  difference   95 % interval  detectable  only first  only other       p");
      }
      out.printf(
          Locale.ROOT,
          "  %-8s %6d  %8d    %+5.1f %%%s %+5.1f to %+5.1f %%     %4.1f %%  %10d  %10d  %6.4f  %s%n",
          one.language(),
          one.comparison().n(),
          one.comparison().clusters(),
          100 * one.comparison().difference(),
          one.tooSmall() ? "~" : " ",
          100 * one.comparison().low(),
          100 * one.comparison().high(),
          100 * one.comparison().smallestDifference(),
          one.comparison().onlySecond(),
          one.comparison().onlyFirst(),
          one.pValue(),
          one.verdict().label());
    }
    out.println(
        "  detectable: the smallest difference that these questions show at 80 % power; ~ marks smaller ones");
    out.println("  p of the languages is corrected for their number (Holm)");
  }
}
