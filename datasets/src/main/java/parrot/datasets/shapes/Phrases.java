package parrot.datasets.shapes;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import parrot.datasets.language.Language;

/**
 * The constant texts of one language, from {@code wording/TAG.json}.
 *
 * @param captionInstructions requests for a caption
 * @param letterInstruction the published line that asks for a letter
 * @param textInstruction a line that asks for an option's text
 * @param sentenceInstruction a line that asks for a sentence
 * @param whichOption asks which option says {@code {text}}
 * @param whatOption asks what option {@code {letter}} says
 * @param facts questions that need no image
 */
record Phrases(
    List<String> captionInstructions,
    String letterInstruction,
    String textInstruction,
    String sentenceInstruction,
    String whichOption,
    String whatOption,
    List<Fact> facts) {
  private static final Map<Language, Phrases> ALL = readAll();

  /** A question and its answer. */
  record Fact(String question, String answer) {}

  Phrases {
    captionInstructions = List.copyOf(captionInstructions);
    facts = List.copyOf(facts);
  }

  static Phrases of(Language language) {
    return ALL.get(language);
  }

  /** Asks which option says {@code text}. */
  String whichOption(String text) {
    return whichOption.replace("{text}", text);
  }

  /** Asks what the option with this letter says. */
  String whatOption(char letter) {
    return whatOption.replace("{letter}", String.valueOf(letter));
  }

  private static Map<Language, Phrases> readAll() {
    ObjectMapper json = new ObjectMapper();
    Map<Language, Phrases> all = new TreeMap<>();
    for (Language language : Language.PUBLISHED) {
      String file = "wording/" + language.tag() + ".json";
      try (InputStream in = Phrases.class.getResourceAsStream(file)) {
        all.put(language, json.readValue(in, Phrases.class));
      } catch (IOException e) {
        throw new UncheckedIOException("Cannot read the resource " + file, e);
      }
    }
    return all;
  }
}
