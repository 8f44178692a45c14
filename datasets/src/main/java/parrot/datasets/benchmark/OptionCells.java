package parrot.datasets.benchmark;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import parrot.datasets.language.UnicodeText;

/**
 * The options of a row, and which of them is right. Options have columns of their own, A, B and so
 * on, or are a list, or an object with letters as keys, in the column {@code options} or {@code
 * choices}.
 */
final class OptionCells {
  private static final List<String> TOGETHER = List.of("options", "choices");
  private static final char FIRST = 'A';
  private static final char LAST = 'Z';
  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  /** A letter as people write it, perhaps with the option's text after it. */
  private static final Pattern LETTER =
      Pattern.compile("[(\\[]?\\s*([A-Za-z])\\s*(?:[)\\].:]+\\s*(.*))?", Pattern.DOTALL);

  private OptionCells() {}

  /** The texts by letter; none if the row has no options, or none that can be read. */
  static SortedMap<Character, String> of(Table.Row row) {
    SortedMap<Character, String> options = new TreeMap<>();
    for (char letter = FIRST; letter <= LAST; letter++) {
      Optional<String> text = row.value(String.valueOf(letter));
      if (text.isPresent()) {
        options.put(letter, text.get());
      }
    }
    return options.isEmpty()
        ? TOGETHER.stream()
            .flatMap(column -> row.value(column).stream())
            .flatMap(cell -> together(cell).stream())
            .filter(all -> !all.isEmpty())
            .findFirst()
            .orElse(options)
        : options;
  }

  /** What is wrong with the cell that a row has its options in, if it cannot be read whole. */
  static Optional<String> problem(Table.Row row) {
    return TOGETHER.stream()
        .filter(column -> row.value(column).filter(cell -> together(cell).isEmpty()).isPresent())
        .findFirst()
        .map(
            column ->
                row.says(
                    column,
                    "not options that can be read (must be a list of at most 26 texts, or a JSON"
                        + " object of texts with letters as keys; empty if there are none)"));
  }

  /** Empty unless every element can be taken. */
  private static Optional<SortedMap<Character, String>> together(String cell) {
    SortedMap<Character, String> options = new TreeMap<>();
    boolean whole = ListCell.isList(cell) ? addList(cell, options) : addObject(cell, options);
    options.values().removeIf(UnicodeText::isBlank);
    return whole ? Optional.of(options) : Optional.empty();
  }

  private static boolean addList(String cell, SortedMap<Character, String> options) {
    List<String> texts = ListCell.elements(cell);
    if (texts.size() > LAST - FIRST + 1 || !ListCell.isReadWhole(cell)) {
      return false;
    }
    texts.forEach(text -> options.put((char) (FIRST + options.size()), text));
    return true;
  }

  private static boolean addObject(String cell, SortedMap<Character, String> options) {
    JsonNode object;
    try {
      object = JSON.readTree(cell);
    } catch (JsonProcessingException e) {
      return false;
    }
    for (Map.Entry<String, JsonNode> field : object.properties()) {
      String key = UnicodeText.strip(field.getKey()).toUpperCase(Locale.ROOT);
      boolean letter = key.length() == 1 && key.charAt(0) >= FIRST && key.charAt(0) <= LAST;
      if (!letter
          || field.getValue().isContainerNode()
          || options.put(key.charAt(0), field.getValue().asText()) != null) {
        return false;
      }
    }
    return object.isObject();
  }

  /**
   * The option that an answer key means: by its letter, in any case and width, with or without
   * brackets; or by its text. Empty if it means none, or one by its letter and another by its text.
   */
  static Optional<Character> meant(String answer, SortedMap<Character, String> options) {
    if (answer.length() == 1 && options.containsKey(answer.charAt(0))) {
      return Optional.of(answer.charAt(0));
    }
    Set<Character> meant = new TreeSet<>(named(answer, options));
    Matcher letter = LETTER.matcher(Normalizer.normalize(answer, Normalizer.Form.NFKC));
    if (letter.matches()) {
      char named = Character.toUpperCase(letter.group(1).charAt(0));
      String text = letter.group(2) == null ? "" : letter.group(2);
      if (options.containsKey(named)
          && (UnicodeText.isBlank(text) || named(text, options).contains(named))) {
        meant.add(named);
      }
    }
    return meant.size() == 1 ? Optional.of(meant.iterator().next()) : Optional.empty();
  }

  /** The options with this text; if there are none, those with it in another case. */
  private static List<Character> named(String text, SortedMap<Character, String> options) {
    String wanted = UnicodeText.strip(text);
    List<Character> exact = new ArrayList<>();
    List<Character> anyCase = new ArrayList<>();
    options.forEach(
        (letter, option) -> {
          if (UnicodeText.strip(option).equals(wanted)) {
            exact.add(letter);
          } else if (UnicodeText.strip(option).equalsIgnoreCase(wanted)) {
            anyCase.add(letter);
          }
        });
    return exact.isEmpty() ? anyCase : exact;
  }

  /** Whether a table can have options. */
  static boolean mayBeIn(Table table) {
    return TOGETHER.stream().anyMatch(table::has);
  }
}
