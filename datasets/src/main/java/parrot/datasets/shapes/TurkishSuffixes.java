package parrot.datasets.shapes;

import java.util.Objects;

/** Turkish case endings by vowel harmony, buffer letters and consonant assimilation. */
final class TurkishSuffixes {
  private static final String VOWELS = "aıoueiöü";
  private static final String FRONT = "eiöü";
  private static final String ROUNDED = "ouöü";
  private static final String VOICELESS = "fstkçşhp";

  /**
   * A word with what its letters do not tell.
   *
   * @param base without ending: {@code kalp}
   * @param stem before an ending that begins with a vowel: {@code kalb}
   * @param harmony the vowel that endings follow; not always the last one: {@code i} for {@code
   *     kalp}
   */
  record Word(String base, String stem, char harmony) {
    Word {
      Objects.requireNonNull(base, "base");
      Objects.requireNonNull(stem, "stem");
    }

    static Word of(String base) {
      return new Word(base, base, lastVowel(base));
    }

    /** Of: {@code dairenin, kalbin, haçın}. */
    String genitive() {
      return endsInVowel()
          ? base + "n" + closeVowel(harmony) + "n"
          : stem + closeVowel(harmony) + "n";
    }

    /** To: {@code daireye, kalbe, haça}. */
    String dative() {
      return endsInVowel() ? base + "y" + openVowel(harmony) : stem + openVowel(harmony);
    }

    /** At: {@code dairede, kalpte, haçta}. */
    String locative() {
      return base + dental() + openVowel(harmony);
    }

    /** From: {@code daireden, kalpten, haçtan}. */
    String ablative() {
      return locative() + "n";
    }

    /** Is: {@code dairedir, kalptir, haçtır}. */
    String copula() {
      return base + dental() + closeVowel(harmony) + "r";
    }

    private boolean endsInVowel() {
      return VOWELS.indexOf(base.charAt(base.length() - 1)) >= 0;
    }

    private char dental() {
      return VOICELESS.indexOf(base.charAt(base.length() - 1)) >= 0 ? 't' : 'd';
    }
  }

  private TurkishSuffixes() {}

  private static char lastVowel(String word) {
    for (int i = word.length() - 1; i >= 0; i--) {
      if (VOWELS.indexOf(word.charAt(i)) >= 0) {
        return word.charAt(i);
      }
    }
    throw new IllegalArgumentException("Invalid word: " + word + " (must have a vowel)");
  }

  /** {@code e} after front vowels, {@code a} after back ones. */
  private static char openVowel(char harmony) {
    return FRONT.indexOf(harmony) >= 0 ? 'e' : 'a';
  }

  /** {@code i, ü, ı, u} by frontness and rounding. */
  private static char closeVowel(char harmony) {
    boolean rounded = ROUNDED.indexOf(harmony) >= 0;
    if (FRONT.indexOf(harmony) >= 0) {
      return rounded ? 'ü' : 'i';
    }
    return rounded ? 'u' : 'ı';
  }
}
