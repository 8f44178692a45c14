package parrot.jobs.evaluate;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** How a model chooses among the options of a question. */
public enum Scoring {
  /** It answers in words. */
  ANSWERS(""),
  /** The likeliest of the options' texts counts, each as a whole answer. */
  LIKELIHOOD(", likelihoods of options"),
  /** The likeliest of the options' letters counts. */
  LETTER_LIKELIHOOD(", likelihoods of letters");

  private final String key;

  Scoring(String key) {
    this.key = key;
  }

  /** What is added to the key of answers. */
  String key() {
    return key;
  }

  /** As it is written on the command line and in files: {@code letter-likelihood}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  public static List<String> labels() {
    return Arrays.stream(values()).map(Scoring::label).toList();
  }

  /**
   * @param label one of {@link #labels}
   */
  public static Scoring of(String label) {
    return Arrays.stream(values())
        .filter(scoring -> scoring.label().equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "Invalid scoring: %s (must be one of %s)"
                        .formatted(label, String.join(", ", labels()))));
  }
}
