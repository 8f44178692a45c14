package parrot.datasets.benchmark;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import parrot.datasets.DataException;
import parrot.datasets.UsageException;
import parrot.datasets.language.UnicodeText;

/** The columns that benchmark files and prediction files have in common. */
final class ItemColumns {
  static final String GROUP = "g_index";
  static final String PROBLEM = "problem";
  static final String KIND = "kind";
  private static final Pattern WHOLE = Pattern.compile("(-?[0-9]+)(\\.0+)?");

  private final Table table;
  private final String benchmark;
  private final boolean open;
  private final Map<Long, Table.Row> rows = new HashMap<>();

  /**
   * @param benchmark the benchmark's or the file's name, which tells the kind of answers if the
   *     table has no options and no column {@value #KIND}
   */
  ItemColumns(Table table, String benchmark) {
    this.table = table;
    this.benchmark = benchmark;
    this.open =
        !table.has("A")
            && !table.has("B")
            && (table.has("answer")
                || table.has(KIND)
                || AnswerKind.publishedFor(benchmark, List.of()) == AnswerKind.CAPTION);
    if (open || OptionCells.mayBeIn(table)) {
      table.require("index", "question");
    } else {
      table.require("index", "question", "A", "B");
    }
  }

  /**
   * The question of a row, without an image. What is wrong with it becomes its problem.
   *
   * @throws DataException if it has no index of its own
   */
  BenchmarkItem read(Table.Row row) {
    long index = index(row);
    SortedMap<Character, String> options = OptionCells.of(row);
    Optional<String> unread = options.isEmpty() ? OptionCells.problem(row) : Optional.empty();
    boolean asksOpenly = open && options.isEmpty() && unread.isEmpty();
    Optional<String> answer = row.value("answer").map(UnicodeText::strip);
    Optional<Character> letter =
        answer.filter(text -> !asksOpenly).flatMap(text -> OptionCells.meant(text, options));
    return new BenchmarkItem(
        index,
        row.value("question").orElse(""),
        row.value("hint"),
        options,
        letter,
        asksOpenly ? Optional.of(openQuestion(row, answer)) : Optional.empty(),
        row.value("category").orElse(""),
        row.value("l2-category").orElse(""),
        row.value("split").orElse(""),
        row.value(GROUP).map(ItemColumns::whole).orElse(""),
        null,
        "",
        row.value(PROBLEM).or(() -> unread).or(() -> problem(row, options, answer, letter)));
  }

  /** The kind is known for certain when all answers are: see {@link #complete}. */
  private OpenQuestion openQuestion(Table.Row row, Optional<String> answer) {
    List<String> accepted =
        answer.map(ListCell::elements).orElse(List.of()).stream()
            .map(UnicodeText::strip)
            .filter(text -> !text.isEmpty())
            .toList();
    Optional<String> kind = row.value(KIND).map(UnicodeText::strip);
    try {
      return new OpenQuestion(kind.map(AnswerKind::of).orElse(AnswerKind.EXACT), accepted);
    } catch (UsageException e) {
      throw row.problem(KIND, e.getMessage());
    }
  }

  private Optional<String> problem(
      Table.Row row,
      SortedMap<Character, String> options,
      Optional<String> answer,
      Optional<Character> letter) {
    if (row.value("question").isEmpty()) {
      return Optional.of(row.says("question", "no question (fill it in or remove the row)"));
    }
    if (open && options.isEmpty()) {
      return Optional.empty();
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

  /**
   * Completes the questions of a file. A benchmark tells all its answers or none: what lacks one
   * among others has a problem. So has a yes/no question with another answer.
   */
  void complete(List<BenchmarkItem> items) {
    if (items.stream().anyMatch(item -> !item.options().isEmpty())) {
      items.replaceAll(
          item ->
              item.open().isPresent()
                  ? item.withProblem(
                      row(item)
                          .says(
                              "question",
                              "no options, and other rows have some (move it to a file of its own)"))
                  : item);
    }
    if (open && !table.has(KIND)) {
      List<String> answers =
          items.stream()
              .flatMap(item -> item.open().stream())
              .flatMap(asked -> asked.accepted().stream())
              .toList();
      AnswerKind kind = AnswerKind.publishedFor(benchmark, answers);
      items.replaceAll(item -> item.withKind(kind));
    }
    boolean told = items.stream().anyMatch(BenchmarkItem::hasAnswer);
    items.replaceAll(
        item -> {
          if (told && !item.hasAnswer()) {
            return item.withProblem(
                row(item)
                    .says(
                        "answer",
                        item.open().isPresent()
                            ? unscored(item)
                            : "no answer (must be one of %s; fill it in or remove the row)"
                                .formatted(BenchmarkItem.letters(item.options()))));
          }
          return item.open().filter(ItemColumns::isNeitherYesNorNo).isPresent()
              ? item.withProblem(
                  row(item).says("answer", "neither yes nor no (expected one of them)"))
              : item;
        });
  }

  private static String unscored(BenchmarkItem item) {
    return item.open().filter(asked -> asked.kind() == AnswerKind.CAPTION).isPresent()
        ? "a caption is not scored, and other rows are (move captions to a file of their own)"
        : "no answer (fill it in or remove the row)";
  }

  private static boolean isNeitherYesNorNo(OpenQuestion asked) {
    return asked.kind() == AnswerKind.YES_NO
        && asked.accepted().stream().anyMatch(answer -> YesNo.of(answer).isEmpty());
  }

  /** The row that a question was read from. */
  Table.Row row(BenchmarkItem item) {
    return rows.get(item.index());
  }

  private long index(Table.Row row) {
    long index = index(row, "index");
    Table.Row before = rows.put(index, row);
    if (before != null) {
      throw row.problem(
          "index",
          "%d is there already, in line %d (must be unique)".formatted(index, before.line()));
    }
    return index;
  }

  static long index(Table.Row row, String column) {
    String text = row.value(column).map(UnicodeText::strip).orElse("nothing");
    long index;
    try {
      index = Long.parseLong(whole(text));
    } catch (NumberFormatException e) {
      throw row.problem(column, "got " + text + " (must be a whole number of at most 64 bits)");
    }
    if (index < 0) {
      throw row.problem(column, "got " + text + " (must not be negative)");
    }
    return index;
  }

  /** A whole number without the fraction that pandas gives to columns with gaps. */
  static String whole(String text) {
    Matcher whole = WHOLE.matcher(UnicodeText.strip(text));
    return whole.matches() ? whole.group(1) : text;
  }

  /**
   * The letters that a file of these questions needs columns for: A to D, and further ones; none if
   * they are open.
   */
  static List<String> letters(List<BenchmarkItem> items) {
    if (!items.isEmpty() && items.stream().allMatch(item -> item.open().isPresent())) {
      return List.of();
    }
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
    cells.add(item.answerText().orElse(null));
    for (String group : List.of(item.category(), item.l2Category(), item.split())) {
      cells.add(group.isEmpty() ? null : group);
    }
  }
}
