package parrot.jobs.report;

import java.util.Locale;
import java.util.Set;
import parrot.datasets.language.Language;
import parrot.jobs.report.ReportData.Accuracy;
import parrot.jobs.report.chart.Markup;

/** Names and numbers as a report writes them. */
public final class Words {
  private static final Set<String> RIGHT_TO_LEFT =
      Set.of("ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi");

  private Words() {}

  /** The English name of a language by its tag. */
  public static String language(String tag) {
    return Language.of(tag).englishName();
  }

  /** What a language calls itself. */
  public static String ownName(String tag) {
    return Language.of(tag).ownName();
  }

  /** Attributes of an element that holds text in a language. */
  public static String attributes(String tag) {
    return "lang=\"%s\" dir=\"%s\"".formatted(Markup.escape(tag), direction(tag));
  }

  /** {@code rtl} or {@code ltr}. */
  public static String direction(String tag) {
    return RIGHT_TO_LEFT.contains(tag) ? "rtl" : "ltr";
  }

  /** A share from 0 to 1 in percent, with one decimal. */
  public static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f %%", 100 * share);
  }

  static String accuracy(Accuracy value) {
    return String.format(
        Locale.ROOT,
        "%.1f %% (95 %% interval %.1f to %.1f, n = %d)",
        100 * value.accuracy(),
        100 * value.low(),
        100 * value.high(),
        value.n());
  }

  /** A duration in the largest fitting units. */
  static String seconds(double seconds) {
    long whole = Math.round(seconds);
    if (whole >= 3600) {
      return String.format(Locale.ROOT, "%d h %02d min", whole / 3600, whole % 3600 / 60);
    }
    return whole >= 60
        ? String.format(Locale.ROOT, "%d min %02d s", whole / 60, whole % 60)
        : String.format(Locale.ROOT, "%.1f s", seconds);
  }

  static String gib(long bytes) {
    return String.format(Locale.ROOT, "%.2f GiB", bytes / (double) (1L << 30));
  }

  /** A number with a narrow space between thousands. */
  public static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number).replace(',', '\u202F');
  }
}
