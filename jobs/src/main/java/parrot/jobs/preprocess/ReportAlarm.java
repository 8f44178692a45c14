package parrot.jobs.preprocess;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import parrot.datasets.DataException;
import parrot.datasets.UsageException;
import parrot.datasets.language.Language;
import parrot.datasets.shard.LanguageStatistics;
import parrot.datasets.source.PassedOver;
import parrot.datasets.source.RejectReason;

/**
 * A condition on what a run counted, such as {@code rejected>1%} or {@code written.zh<1000}.
 *
 * @param name what is counted
 * @param above whether more than the limit is too many; else less is too few
 * @param limit a number, or percent if {@code share}
 * @param share of the rows read; of {@code written.TAG} and {@code truncated}, of those written
 */
public record ReportAlarm(String name, boolean above, double limit, boolean share)
    implements Serializable {
  static final String NEAR_DUPLICATE = "near_duplicate";
  private static final Pattern FORM =
      Pattern.compile("\\s*([\\w.-]+)\\s*([<>])\\s*(\\d+(?:\\.\\d+)?)\\s*(%?)\\s*");
  private static final List<String> ROWS =
      List.of("written", "duplicate", NEAR_DUPLICATE, "rejected", "truncated");
  private static final List<String> OTHERS = List.of("read", "files", "passed_over", "lost_bytes");
  private static final String LANGUAGE = "written.";

  /**
   * Reads one condition.
   *
   * @throws UsageException if it is none
   */
  public static ReportAlarm parse(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw invalid(text, "such as rejected>1% or written.zh<1000");
    }
    String name = isLanguage(form.group(1)) ? languageName(text, form.group(1)) : form.group(1);
    boolean share = !form.group(4).isEmpty();
    boolean rows = ROWS.contains(name) || isLanguage(name) || isReason(name);
    if (!rows && !OTHERS.contains(name)) {
      throw invalid(
          text,
          "on one of %s, %s, written.TAG of a language, or a reason such as %s"
              .formatted(
                  String.join(", ", ROWS),
                  String.join(", ", OTHERS),
                  RejectReason.PICTURE_MISSING));
    }
    if (share && !rows) {
      throw invalid(text, "a number: " + name + " has no share");
    }
    return new ReportAlarm(
        name, form.group(2).equals(">"), Double.parseDouble(form.group(3)), share);
  }

  private static UsageException invalid(String text, String expected) {
    return new UsageException("Invalid --fail-on: " + text + " (must be " + expected + ")");
  }

  private static boolean isLanguage(String name) {
    return name.startsWith(LANGUAGE) && name.length() > LANGUAGE.length();
  }

  /** With the tag by which a report has its rows. */
  private static String languageName(String text, String name) {
    try {
      return LANGUAGE + Language.of(name.substring(LANGUAGE.length())).tag();
    } catch (DataException e) {
      throw invalid(text, "on written.TAG of a language, such as written.zh or written.pt-BR");
    }
  }

  private static boolean isReason(String name) {
    return Arrays.stream(RejectReason.values()).anyMatch(reason -> reason.name().equals(name));
  }

  /** What a report has that it must not have; empty if the condition does not hold. */
  Optional<String> raisedBy(PreprocessReport report) {
    long count = count(report);
    long whole =
        name.equals("truncated") || isLanguage(name)
            ? report.totals().written()
            : report.totals().read();
    double value = share ? 100.0 * count / Math.max(1, whole) : count;
    return (above ? value > limit : value < limit)
        ? Optional.of(
            share
                ? String.format(
                    Locale.ROOT, "%s: it is %.2f %% (%,d of %,d)", this, value, count, whole)
                : String.format(Locale.ROOT, "%s: it is %,d", this, count))
        : Optional.empty();
  }

  private long count(PreprocessReport report) {
    if (isLanguage(name)) {
      LanguageStatistics language = report.languages().get(name.substring(LANGUAGE.length()));
      return language == null ? 0 : language.rows();
    }
    return switch (name) {
      case "read" -> report.totals().read();
      case "written" -> report.totals().written();
      case "duplicate" -> report.totals().duplicate();
      case NEAR_DUPLICATE -> report.nearDuplicates();
      case "rejected" -> report.totals().rejected();
      case "truncated" ->
          report.languages().values().stream().mapToLong(LanguageStatistics::truncated).sum();
      case "files" -> report.reading().files();
      case "lost_bytes" -> report.reading().lostBytes();
      case "passed_over" ->
          report.reading().passedOver().values().stream().mapToLong(PassedOver.Group::files).sum();
      default -> {
        PartResult.RejectedRows rows = report.rejected().get(name);
        yield rows == null ? 0 : rows.rows();
      }
    };
  }

  /** As it is written, by the tag of a language. */
  @Override
  public String toString() {
    String number = limit == Math.rint(limit) ? Long.toString((long) limit) : "" + limit;
    return name + (above ? ">" : "<") + number + (share ? "%" : "");
  }
}
