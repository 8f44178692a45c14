package parrot.datasets.benchmark;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import parrot.datasets.language.UnicodeText;

/** The columns that benchmark files and prediction files have in common. */
final class ItemColumns {
  private final Tsv tsv;
  private final Map<Long, Integer> lines = new HashMap<>();

  ItemColumns(Tsv tsv) {
    this.tsv = tsv;
    tsv.require("index", "question", "A", "B");
  }

  /** The question of a row, without an image. */
  BenchmarkItem read(Tsv.Row row) {
    long index = index(row);
    String question =
        row.value("question")
            .orElseThrow(
                () -> row.problem("question", "no question (fill it in or remove the row)"));
    SortedMap<Character, String> options = options(row);
    return new BenchmarkItem(
        index,
        question,
        row.value("hint"),
        options,
        answer(row, options),
        row.value("category").orElse(""),
        row.value("l2-category").orElse(""),
        row.value("split").orElse(""),
        null);
  }

  private long index(Tsv.Row row) {
    String text = row.value("index").map(UnicodeText::strip).orElse("nothing");
    long index;
    try {
      index = Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw row.problem("index", "got " + text + " (must be a whole number)");
    }
    if (index < 0) {
      throw row.problem("index", "got " + text + " (must not be negative)");
    }
    Integer before = lines.put(index, row.line());
    if (before != null) {
      throw row.problem(
          "index", "%d is there already, in line %d (must be unique)".formatted(index, before));
    }
    return index;
  }

  private SortedMap<Character, String> options(Tsv.Row row) {
    SortedMap<Character, String> options = new TreeMap<>();
    for (char letter = 'A'; letter <= 'Z'; letter++) {
      Optional<String> text = row.value(String.valueOf(letter));
      if (text.isPresent()) {
        options.put(letter, text.get());
      }
    }
    if (options.size() < 2) {
      throw row.problem(
          options.isEmpty() ? "A" : "B",
          "%d options (expected at least 2; fill them in or remove the row)"
              .formatted(options.size()));
    }
    return options;
  }

  private Optional<Character> answer(Tsv.Row row, SortedMap<Character, String> options) {
    if (!tsv.has("answer")) {
      return Optional.empty();
    }
    String letters = BenchmarkItem.letters(options);
    String answer =
        row.value("answer")
            .map(UnicodeText::strip)
            .orElseThrow(
                () ->
                    row.problem(
                        "answer",
                        "no answer (must be one of %s; fill it in or remove the row)"
                            .formatted(letters)));
    if (answer.length() != 1 || !options.containsKey(answer.charAt(0))) {
      throw row.problem(
          "answer",
          "%s names no option of this row (must be one of %s)".formatted(answer, letters));
    }
    return Optional.of(answer.charAt(0));
  }

  /** The letters that a file of these questions needs columns for: A to D, and further ones. */
  static List<String> letters(List<BenchmarkItem> items) {
    char last = 'D';
    for (BenchmarkItem item : items) {
      last = (char) Math.max(last, item.options().lastKey());
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
