package parrot.datasets.matching;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * How likely a model finds each option of a question as its answer. As text, which is how it stands
 * in place of an answer: {@code log-likelihood A=-0.25 B=-3.5}.
 *
 * @param ofLetters whether the answers were the options' letters, and not their texts
 * @param byLetter natural logarithm of the answer's probability, its end included
 */
public record OptionLikelihoods(boolean ofLetters, SortedMap<Character, Float> byLetter) {
  private static final String NAME = "log-likelihood";
  private static final String OF_LETTERS = "letter ";
  private static final String OPTION = "([A-Z])=(-?[0-9]+(?:\\.[0-9]+)?(?:E-?[0-9]+)?)";
  private static final Pattern FORM =
      Pattern.compile("(" + OF_LETTERS + ")?" + NAME + "( " + OPTION + ")+");
  private static final Pattern ONE = Pattern.compile(" " + OPTION);

  /**
   * @param likelihoods in the order of the letters
   */
  public static OptionLikelihoods of(boolean ofLetters, String letters, float[] likelihoods) {
    SortedMap<Character, Float> byLetter = new TreeMap<>();
    for (int i = 0; i < likelihoods.length; i++) {
      byLetter.put(letters.charAt(i), likelihoods[i]);
    }
    return new OptionLikelihoods(ofLetters, byLetter);
  }

  /** Whether a text stands for likelihoods. */
  public static boolean isText(String text) {
    return FORM.matcher(text).matches();
  }

  /** What a text stands for; empty if it is an answer in words, or about other options. */
  public static Optional<OptionLikelihoods> read(String text, Collection<Character> options) {
    if (!isText(text)) {
      return Optional.empty();
    }
    SortedMap<Character, Float> byLetter = new TreeMap<>();
    Matcher one = ONE.matcher(text);
    while (one.find()) {
      byLetter.put(one.group(1).charAt(0), Float.parseFloat(one.group(2)));
    }
    return byLetter.keySet().equals(new TreeSet<>(options))
        ? Optional.of(new OptionLikelihoods(text.startsWith(OF_LETTERS), byLetter))
        : Optional.empty();
  }

  /** The likeliest option; none if several are equally likely. */
  public Match likeliest() {
    return largest(byLetter);
  }

  /**
   * The option with the largest mean over the characters of its text, so that a long text is not at
   * a disadvantage; the likeliest letter if letters were the answers.
   */
  public Match likeliestForItsLength(Map<Character, String> options) {
    if (ofLetters) {
      return likeliest();
    }
    SortedMap<Character, Float> means = new TreeMap<>();
    byLetter.forEach(
        (letter, likelihood) ->
            means.put(letter, likelihood / options.get(letter).codePoints().toArray().length));
    return largest(means);
  }

  private static Match largest(SortedMap<Character, Float> values) {
    float largest = values.values().stream().max(Float::compare).orElseThrow();
    List<Character> best =
        values.keySet().stream().filter(letter -> values.get(letter) == largest).toList();
    return best.size() == 1
        ? Match.of(best.get(0), Reason.LIKELIEST)
        : Match.none(Reason.SEVERAL_NAMED);
  }

  @Override
  public String toString() {
    return (ofLetters ? OF_LETTERS : "")
        + NAME
        + byLetter.entrySet().stream()
            .map(one -> " " + one.getKey() + "=" + one.getValue())
            .collect(Collectors.joining());
  }
}
