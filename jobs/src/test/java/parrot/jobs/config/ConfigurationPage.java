package parrot.jobs.config;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The tables of {@code docs/configuration.md}, each between two marks; the prose is written by
 * hand.
 */
final class ConfigurationPage {
  private static final String BEGIN = "<!-- keys: %s -->\n";
  private static final String END = "<!-- end -->\n";

  private ConfigurationPage() {}

  /** The page with its tables as they should be. */
  static String withTables(String page) {
    String result = page;
    for (TrainKeys.Section section : TrainKeys.SECTIONS) {
      String begin = BEGIN.formatted(section.title());
      Pattern between = Pattern.compile(Pattern.quote(begin) + ".*?" + END, Pattern.DOTALL);
      Matcher matcher = between.matcher(result);
      if (!matcher.find()) {
        throw new IllegalStateException("docs/configuration.md lacks " + begin + END);
      }
      result = matcher.replaceFirst(Matcher.quoteReplacement(begin + table(section.keys()) + END));
    }
    return result;
  }

  private static boolean mayChange(Key<?> key) {
    return ResumeRules.reasonToStay(key.path().replace("[]", "")).isEmpty();
  }

  private static String table(List<Key<?>> keys) {
    StringBuilder table =
        new StringBuilder(
            "| key | if absent | allowed | meaning | with `--resume` | acts in |\n"
                + "|---|---|---|---|---|---|\n");
    for (Key<?> key : keys) {
      table.append(
          "| `%s` | %s | %s | %s | %s | `%s.java` |\n"
              .formatted(
                  key.path(),
                  key.absentInWords(),
                  key.form().allowed(),
                  key.meaning(),
                  mayChange(key) ? "may change" : "stays",
                  key.actor()));
    }
    return table.toString();
  }
}
