package parrot.datasets.shard;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import parrot.datasets.UsageException;

/**
 * Which rows of a data set are used, by their columns.
 *
 * @param conditions all of which must hold
 */
public record RowFilter(List<Condition> conditions) {
  public RowFilter {
    conditions = List.copyOf(conditions);
  }

  /**
   * Reads conditions such as {@code answer_tokens >= 4}, {@code language != ru} or {@code
   * image_width >= 224 or none}.
   *
   * @throws UsageException if one is not a condition
   */
  public static RowFilter parse(List<String> texts) {
    return new RowFilter(texts.stream().map(Condition::parse).toList());
  }

  /** The columns that it looks at, each once. */
  public List<String> columns() {
    return conditions.stream().map(Condition::column).distinct().toList();
  }

  @Override
  public String toString() {
    return String.join(" and ", conditions.stream().map(Condition::toString).toList());
  }

  /**
   * One condition.
   *
   * @param number what is compared with, if it is a number
   * @param orNone whether rows without a value pass
   */
  public record Condition(
      String column, String operator, String value, Optional<Double> number, boolean orNone) {
    private static final Pattern FORM =
        Pattern.compile("\\s*([^\\s<>=!]+)\\s*(<=|>=|!=|==|=|<|>)\\s*(.+?)(\\s+or\\s+none)?\\s*");

    private static final Pattern JSON_NUMBER =
        Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]{1,6})?");

    static Condition parse(String text) {
      Matcher form = FORM.matcher(text);
      if (!form.matches()) {
        throw new UsageException(
            "Invalid where: %s (must be COLUMN, one of = != < <= > >=, VALUE, and 'or none' if rows without a value pass, as answer_tokens >= 4)"
                .formatted(text));
      }
      String operator = form.group(2).equals("==") ? "=" : form.group(2);
      Optional<Double> number = number(form.group(3));
      if (number.isEmpty() && !operator.equals("=") && !operator.equals("!=")) {
        throw new UsageException(
            "Invalid where: %s (%s compares numbers, and %s is none)"
                .formatted(text, operator, form.group(3)));
      }
      return new Condition(form.group(1), operator, form.group(3), number, form.group(4) != null);
    }

    /**
     * Whether a row passes.
     *
     * @param found null if the row has no value
     */
    public boolean holds(Object found) {
      return isMissing(found) ? orNone : compare(found);
    }

    /** Whether there is nothing to compare: no value, or a text where a number is asked for. */
    public boolean isMissing(Object found) {
      return found == null || comparesNumbers() && number(found.toString()).isEmpty();
    }

    private boolean comparesNumbers() {
      return !operator.equals("=") && !operator.equals("!=");
    }

    private boolean compare(Object found) {
      if (!comparesNumbers()) {
        return operator.equals("=") == isSame(value, found.toString());
      }
      double a = number(found.toString()).orElseThrow();
      double b = number.orElseThrow();
      return switch (operator) {
        case "<" -> a < b;
        case "<=" -> a <= b;
        case ">" -> a > b;
        default -> a >= b;
      };
    }

    /** Other texts than numbers as JSON has them, such as 007, are the same only if equal. */
    private static boolean isSame(String one, String other) {
      return one.equals(other)
          || JSON_NUMBER.matcher(one).matches()
              && JSON_NUMBER.matcher(other).matches()
              && new BigDecimal(one).compareTo(new BigDecimal(other)) == 0;
    }

    private static Optional<Double> number(String text) {
      try {
        return Optional.of(Double.valueOf(text)).filter(value -> !value.isNaN());
      } catch (NumberFormatException e) {
        return Optional.empty();
      }
    }

    @Override
    public String toString() {
      return column + " " + operator + " " + value + (orNone ? " or none" : "");
    }
  }

  /** How many rows each condition left out; a row counts for the first that it fails. */
  static final class Counts {
    private final RowFilter filter;
    private final long[] failed;
    private final long[] missing;

    Counts(RowFilter filter) {
      this.filter = filter;
      this.failed = new long[filter.conditions.size()];
      this.missing = new long[failed.length];
    }

    /**
     * @param values of {@link #columns}, in order
     */
    boolean keeps(List<String> columns, Object[] values) {
      for (int i = 0; i < failed.length; i++) {
        Condition condition = filter.conditions.get(i);
        Object value = values[columns.indexOf(condition.column())];
        if (!condition.holds(value)) {
          failed[i]++;
          missing[i] += condition.isMissing(value) ? 1 : 0;
          return false;
        }
      }
      return true;
    }

    /** For people: what each condition left out. */
    List<String> lines() {
      List<String> lines = new ArrayList<>();
      for (int i = 0; i < failed.length; i++) {
        String none =
            missing[i] == 0
                ? ""
                : String.format(Locale.ROOT, ", %,d of them without a value", missing[i]);
        lines.add(
            String.format(
                Locale.ROOT, "%s leaves out %,d%s", filter.conditions.get(i), failed[i], none));
      }
      return lines;
    }
  }
}
