package parrot.datasets.shapes;

import java.util.List;
import parrot.datasets.language.Language;

/**
 * One row of the benchmark before it is worded; the same for all languages.
 *
 * @param index from 0
 */
public record BenchmarkQuestion(long index, Scene scene, long imageSeed, SceneQuestion question) {
  /** The question in a language. */
  public String text(Language language) {
    return Wording.of(language).question(question);
  }

  /** Two to four options in a language, in the order of their letters. */
  public List<String> options(Language language) {
    return Prompts.options(question, Wording.of(language));
  }
}
