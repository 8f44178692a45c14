package parrot.datasets.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.regex.Pattern;

/** Published rules by which an answer in a few words counts, from 0 to 1. */
final class ShortAnswers {
  private static final Map<String, String> NUMBERS =
      Map.ofEntries(
          Map.entry("none", "0"),
          Map.entry("zero", "0"),
          Map.entry("one", "1"),
          Map.entry("two", "2"),
          Map.entry("three", "3"),
          Map.entry("four", "4"),
          Map.entry("five", "5"),
          Map.entry("six", "6"),
          Map.entry("seven", "7"),
          Map.entry("eight", "8"),
          Map.entry("nine", "9"),
          Map.entry("ten", "10"));

  /** Whose answers each question of VQA has. */
  private static final int PEOPLE = 10;

  private static final Set<String> ARTICLES = Set.of("a", "an", "the");
  private static final Pattern SPACE = Pattern.compile("\\s+");
  private static final Pattern COMMA_IN_NUMBER = Pattern.compile("(?<=\\d),(?=\\d)");
  private static final Pattern PERIOD = Pattern.compile("(?<!\\d)\\.|\\.(?!\\d)");
  private static final Pattern MARKS = Pattern.compile("[;/\\[\\]\"{}()=+_\\-><@`,?!]");

  private ShortAnswers() {}

  /**
   * The accuracy of VQA (arXiv 1505.00468, with the normalisation of its evaluation code): of ten
   * people's answers, an answer must equal three; the mean over all choices of nine. With fewer
   * than ten right answers, one must be equalled.
   */
  static double vqa(String answer, List<String> accepted) {
    String said = normal(answer);
    List<String> right = accepted.stream().map(ShortAnswers::normal).toList();
    if (right.size() < PEOPLE) {
      return right.contains(said) ? 1 : 0;
    }
    long equal = right.stream().filter(said::equals).count();
    double sum = 0;
    for (String one : right) {
      sum += Math.min(1, (equal - (one.equals(said) ? 1 : 0)) / 3.0);
    }
    return sum / right.size();
  }

  /** Lower case, without marks and articles, numbers as digits. */
  private static String normal(String answer) {
    String text = COMMA_IN_NUMBER.matcher(answer.toLowerCase(Locale.ROOT)).replaceAll("");
    text = PERIOD.matcher(MARKS.matcher(text).replaceAll(" ")).replaceAll("");
    List<String> words = new ArrayList<>();
    for (String word : SPACE.split(text.strip())) {
      if (!ARTICLES.contains(word)) {
        words.add(NUMBERS.getOrDefault(word, word));
      }
    }
    return String.join(" ", words);
  }

  /**
   * Average normalised Levenshtein similarity (arXiv 1907.00490): 1 less the edit distance over the
   * longer length, to the nearest right answer; 0 from a distance of one half on.
   */
  static double anls(String answer, List<String> accepted) {
    return best(
        accepted,
        right -> {
          String one = spaced(answer);
          String other = spaced(right);
          int longer = Math.max(one.length(), other.length());
          double distance = longer == 0 ? 0 : (double) editDistance(one, other) / longer;
          return distance < 0.5 ? 1 - distance : 0;
        });
  }

  private static String spaced(String text) {
    return SPACE.matcher(text.strip()).replaceAll(" ").toLowerCase(Locale.ROOT);
  }

  private static int editDistance(String one, String other) {
    int[] row = new int[other.length() + 1];
    for (int j = 0; j <= other.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= one.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= other.length(); j++) {
        int replaced = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[other.length()];
  }

  /**
   * ChartQA's relaxed accuracy (arXiv 2203.10244): a number may differ by 5 % of the right one, and
   * a percentage is its share; other answers must be equal in any case.
   */
  static double relaxed(String answer, List<String> accepted) {
    return best(
        accepted,
        right -> {
          OptionalDouble said = number(answer);
          OptionalDouble expected = number(right);
          if (said.isPresent() && expected.isPresent() && expected.getAsDouble() != 0) {
            double error = Math.abs(said.getAsDouble() - expected.getAsDouble());
            return error <= 0.05 * Math.abs(expected.getAsDouble()) ? 1 : 0;
          }
          return lower(answer).equals(lower(right)) ? 1 : 0;
        });
  }

  private static OptionalDouble number(String text) {
    String digits = text.strip();
    boolean percent = digits.endsWith("%");
    try {
      double value = Double.parseDouble(percent ? digits.replace("%", "") : digits);
      return Double.isFinite(value)
          ? OptionalDouble.of(percent ? value / 100 : value)
          : OptionalDouble.empty();
    } catch (NumberFormatException e) {
      return OptionalDouble.empty();
    }
  }

  /** Whether an answer is one of the right ones, in any case. */
  static double exact(String answer, List<String> accepted) {
    return best(accepted, right -> lower(answer).equals(lower(right)) ? 1 : 0);
  }

  private static String lower(String text) {
    return text.strip().toLowerCase(Locale.ROOT);
  }

  private static double best(List<String> accepted, ToDoubleFunction<String> credit) {
    return accepted.stream().mapToDouble(credit).max().orElse(0);
  }
}
