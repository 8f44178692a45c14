package parrot.datasets.benchmark;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import parrot.datasets.DataException;
import parrot.datasets.language.UnicodeText;

/** The columns that benchmark files and prediction files have in common. */
final class ItemColumns {
  static final String GROUP = "g_index";
  static final String PROBLEM = "problem";
  private static final Pattern WHOLE = Pattern.compile("(-?[0-9]+)(\\.0+)?");

  private final Table table;
  private final Map<Long, Table.Row> rows = new HashMap<>();

  ItemColumns(Table table) {
    this.table = table;
    if (table.has("question") && table.has("answer") && !table.has("A") && !table.has("B")) {
      throw new DataException(
          "Cannot read %s line 1: no columns A, B: it is not multiple choice, and nothing else can be asked (of yes/no questions such as POPE's: add columns A and B with Yes and No, and A or B as answer)"
              .formatted(table.name()));
    }
    table.require("index", "question", "A", "B");
  }

  /**
   * The question of a row, without an image. What is wrong with it becomes its problem.
   *
   * @throws DataException if it has no index of its own
   */
  BenchmarkItem read(Table.Row row) {
    long index = index(row);
    SortedMap<Character, String> options = options(row);
    Optional<String> answer = row.value("answer").map(UnicodeText::strip);
    Optional<Character> letter =
        answer
            .filter(text -> text.length() == 1 && options.containsKey(text.charAt(0)))
            .map(text -> text.charAt(0));
    return new BenchmarkItem(
        index,
        row.value("question").orElse(""),
        row.value("hint"),
        options,
        letter,
        row.value("category").orElse(""),
        row.value("l2-category").or(() -> row.value("l2_category")).orElse(""),
        row.value("split").orElse(""),
        row.value(GROUP).map(ItemColumns::whole).orElse(""),
        null,
        "",
        row.value(PROBLEM).or(() -> problem(row, options, answer, letter)));
  }

  private static Optional<String> problem(
      Table.Row row,
      SortedMap<Character, String> options,
      Optional<String> answer,
      Optional<Character> letter) {
    if (row.value("question").isEmpty()) {
      return Optional.of(row.says("question", "no question (fill it in or remove the row)"));
    }
    if (options.size() < 2) {
      return Optional.of(
          row.says(
              options.isEmpty() ? "A" : "B",
              "%d options (expected at least 2; fill them in or remove the row)"
                  .formatted(options.size())));
    }
    if (answer.isPresent() && letter.isEmpty()) {
      return Optional.of(
          row.says(
              "answer",
              "%s names no option of this row (must be one of %s)"
                  .formatted(answer.get(), BenchmarkItem.letters(options))));
    }
    return Optional.empty();
  }

  /** A benchmark tells all its answers or none: what lacks one among others has a problem. */
  void requireAnswers(List<BenchmarkItem> items) {
    if (items.stream().anyMatch(item -> item.answer().isPresent())) {
      items.replaceAll(
          item ->
              item.answer().isPresent()
                  ? item
                  : item.withProblem(
                      row(item)
                          .says(
                              "answer",
                              "no answer (must be one of %s; fill it in or remove the row)"
                                  .formatted(BenchmarkItem.letters(item.options())))));
    }
  }

  /** The row that a question was read from. */
  Table.Row row(BenchmarkItem item) {
    return rows.get(item.index());
  }

  private long index(Table.Row row) {
    String text = row.value("index").map(UnicodeText::strip).orElse("nothing");
    long index;
    try {
      index = Long.parseLong(whole(text));
    } catch (NumberFormatException e) {
      throw row.problem("index", "got " + text + " (must be a whole number of at most 64 bits)");
    }
    if (index < 0) {
      throw row.problem("index", "got " + text + " (must not be negative)");
    }
    Table.Row before = rows.put(index, row);
    if (before != null) {
      throw row.problem(
          "index",
          "%d is there already, in line %d (must be unique)".formatted(index, before.line()));
    }
    return index;
  }

  /** A whole number without the fraction that pandas gives to columns with gaps. */
  static String whole(String text) {
    Matcher whole = WHOLE.matcher(UnicodeText.strip(text));
    return whole.matches() ? whole.group(1) : text;
  }

  private static SortedMap<Character, String> options(Table.Row row) {
    SortedMap<Character, String> options = new TreeMap<>();
    for (char letter = 'A'; letter <= 'Z'; letter++) {
      Optional<String> text = row.value(String.valueOf(letter));
      if (text.isPresent()) {
        options.put(letter, text.get());
      }
    }
    return options;
  }

  /** The letters that a file of these questions needs columns for: A to D, and further ones. */
  static List<String> letters(List<BenchmarkItem> items) {
    char last = 'D';
    for (BenchmarkItem item : items) {
      last = item.options().isEmpty() ? last : (char) Math.max(last, item.options().lastKey());
    }
    List<String> letters = new ArrayList<>();
    for (char letter = 'A'; letter <= last; letter++) {
      letters.add(String.valueOf(letter));
    }
    return letters;
  }

  static void addOptions(List<String> cells, BenchmarkItem item, List<String> letters) {
    for (String letter : letters) {
      cells.add(item.options().get(letter.charAt(0)));
    }
  }

  /** Answer, category, l2-category, split. */
  static void addGroups(List<String> cells, BenchmarkItem item) {
    cells.add(item.answer().map(String::valueOf).orElse(null));
    for (String group : List.of(item.category(), item.l2Category(), item.split())) {
      cells.add(group.isEmpty() ? null : group);
    }
  }
}
