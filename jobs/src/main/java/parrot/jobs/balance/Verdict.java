package parrot.jobs.balance;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What loads by language and expert say about a router. Uniform load is not the goal by itself. */
public enum Verdict {
  /** Few experts get the load, whatever the language. */
  COLLAPSED("collapsed: every language goes to the same experts, and the others learn nothing"),
  /** Few experts get the load, and languages differ in which. */
  CROWDED("crowded: languages prefer different experts, but some experts get far too much"),
  /** The load is spread, and languages differ in where theirs goes. */
  SPECIALISED("specialised: the load is in balance, and languages prefer different experts"),
  /** The load is spread, and languages do not differ. */
  SHARED("shared: the load is in balance, and every language spreads over the same experts"),
  /** Every expert gets the same, whatever image and language. */
  UNTRAINED("untrained: it prefers no expert for any image, as before its first step");

  /** Information above which languages are said to differ. */
  private static final double DIFFERENT = 0.1;

  /** Evenness above which a router prefers no expert: probabilities differ by a few percent. */
  private static final double EVEN = 0.999;

  private final String sentence;

  Verdict(String sentence) {
    this.sentence = sentence;
  }

  /**
   * Judges a router.
   *
   * @param balanced whether no expert gets far too much or next to nothing
   * @param information {@link ExpertLoads#information}
   * @param evenness {@link ExpertLoads#evenness}
   */
  static Verdict of(boolean balanced, double information, double evenness) {
    if (balanced && information < DIFFERENT && evenness > EVEN) {
      return UNTRAINED;
    }
    if (balanced) {
      return information < DIFFERENT ? SHARED : SPECIALISED;
    }
    return information < DIFFERENT ? COLLAPSED : CROWDED;
  }

  /** The verdict of a {@link #key}; empty if none has this name. */
  public static Optional<Verdict> of(String key) {
    return Arrays.stream(values()).filter(verdict -> verdict.key().equals(key)).findFirst();
  }

  /** The verdict and what it means, to be put into a sentence. */
  public String sentence() {
    return sentence;
  }

  /** Name in files. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }
}
