package parrot.datasets.benchmark;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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
  private static final ObjectMapper JSON = new ObjectMapper();

  /** A letter as people write it, perhaps with the option's text after it. */
  private static final Pattern LETTER =
      Pattern.compile("[(\\[]?\\s*([A-Za-z])\\s*(?:[)\\].:]+\\s*(.*))?", Pattern.DOTALL);

  private OptionCells() {}

  /** The texts by letter; none if the row has no options. */
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
            .map(OptionCells::together)
            .filter(all -> !all.isEmpty())
            .findFirst()
            .orElse(options)
        : options;
  }

  private static SortedMap<Character, String> together(String cell) {
    SortedMap<Character, String> options = new TreeMap<>();
    if (ListCell.isList(cell)) {
      List<String> texts = ListCell.elements(cell);
      for (int i = 0; i < texts.size() && FIRST + i <= LAST; i++) {
        options.put((char) (FIRST + i), texts.get(i));
      }
    } else if (cell.strip().startsWith("{")) {
      object(cell)
          .fields()
          .forEachRemaining(
              field -> {
                String key = UnicodeText.strip(field.getKey()).toUpperCase(Locale.ROOT);
                if (key.length() == 1 && key.charAt(0) >= FIRST && key.charAt(0) <= LAST) {
                  options.put(key.charAt(0), field.getValue().asText());
                }
              });
    }
    options.values().removeIf(UnicodeText::isBlank);
    return options;
  }

  private static JsonNode object(String cell) {
    try {
      return JSON.readTree(cell);
    } catch (JsonProcessingException e) {
      return JSON.createObjectNode();
    }
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
