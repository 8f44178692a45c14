package parrot.datasets.benchmark;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import parrot.datasets.UsageException;
import parrot.datasets.language.Language;

/**
 * How questions are asked, as a text with places: {@code {question}}, {@code {hint}}, {@code
 * {options}} (a line each, "A. text"), {@code {letters}} ("A, B, C, D") and {@code {instruction}}
 * (the published one of the benchmark's language). A line whose places are all empty is left out.
 */
public record PromptTemplate(String text) implements Serializable {
  private static final Pattern PLACE = Pattern.compile("\\{(\\w+)}");
  private static final Set<String> KNOWN =
      new TreeSet<>(Set.of("question", "hint", "options", "letters", "instruction"));

  /**
   * @throws UsageException if it does not ask the question, or has a place that is not known
   */
  public PromptTemplate {
    text = text.strip();
    Set<String> places = new TreeSet<>();
    Matcher place = PLACE.matcher(text);
    while (place.find()) {
      places.add(place.group(1));
    }
    if (!KNOWN.containsAll(places)) {
      places.removeAll(KNOWN);
      throw new UsageException(
          "Invalid prompt template: unknown places %s (known are %s)".formatted(places, KNOWN));
    }
    if (!places.contains("question")) {
      throw new UsageException(
          "Invalid prompt template: no {question} in it (must have the question's place)");
    }
  }

  /** The prompt's text, without the image token. */
  public String of(BenchmarkItem item, Language language) {
    Map<String, String> values =
        Map.of(
            "question", item.question(),
            "hint", item.hint().orElse(""),
            "options", MultipleChoicePrompt.options(item.options()),
            "letters", BenchmarkItem.letters(item.options()),
            "instruction", MultipleChoicePrompt.instruction(item, language));
    List<String> lines = new ArrayList<>();
    for (String line : text.split("\n", -1)) {
      List<String> filled =
          PLACE.matcher(line).results().map(place -> values.get(place.group(1))).toList();
      if (filled.isEmpty() || !filled.stream().allMatch(String::isEmpty)) {
        lines.add(
            PLACE
                .matcher(line)
                .replaceAll(place -> Matcher.quoteReplacement(values.get(place.group(1)))));
      }
    }
    return String.join("\n", lines);
  }
}
