package parrot.datasets.shapes;

import java.util.Collections;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Collectors;
import parrot.datasets.DataException;
import parrot.datasets.language.Language;

/**
 * How often each language is spoken.
 *
 * @param weights not negative, of any positive sum; a language that is not named is not spoken
 */
public record LanguageMixture(Map<Language, Double> weights) {

  /** Half English, as real instruction data is or more so, then Chinese, the others alike. */
  static final LanguageMixture ENGLISH_HEAVY =
      parse("en=0.5,zh=0.14,pt=0.09,ar=0.09,tr=0.09,ru=0.09");

  /** All six alike. */
  static final LanguageMixture UNIFORM = parse("en=1,zh=1,pt=1,ar=1,tr=1,ru=1");

  public LanguageMixture {
    TreeMap<Language, Double> copy = new TreeMap<>();
    copy.putAll(weights);
    double sum = 0;
    for (Map.Entry<Language, Double> entry : copy.entrySet()) {
      if (!Language.PUBLISHED.contains(entry.getKey())) {
        throw new DataException(
            "Invalid language: "
                + entry.getKey()
                + " (the synthetic world speaks "
                + Language.PUBLISHED
                + ")");
      }
      double weight = entry.getValue();
      if (!(weight >= 0 && weight < Double.POSITIVE_INFINITY)) {
        throw new DataException(
            "Invalid language weight: "
                + entry.getKey().tag()
                + "="
                + weight
                + " (must be a finite number, not negative)");
      }
      sum += weight;
    }
    if (!(sum > 0)) {
      throw new DataException("Invalid language mixture: " + copy + " (must have a positive sum)");
    }
    weights = Collections.unmodifiableMap(copy);
  }

  /**
   * Reads {@code en=0.5,zh=0.25,ru=0.25}.
   *
   * @throws DataException if it is not of this form
   */
  public static LanguageMixture parse(String text) {
    TreeMap<Language, Double> weights = new TreeMap<>();
    for (String part : text.split(",", -1)) {
      int equals = part.indexOf('=');
      try {
        if (equals < 0) {
          throw new NumberFormatException("no weight");
        }
        Language language = Language.of(part.substring(0, equals).strip());
        if (weights.put(language, Double.valueOf(part.substring(equals + 1).strip())) != null) {
          throw new DataException(
              "Invalid language mixture: " + text + " (must name " + language.tag() + " once)");
        }
      } catch (NumberFormatException e) {
        throw new DataException(
            "Invalid language mixture: " + text + " (must be like en=0.5,zh=0.5)", e);
      }
    }
    return new LanguageMixture(weights);
  }

  Language pick(SplittableRandom random) {
    double[] shares =
        Language.PUBLISHED.stream()
            .mapToDouble(language -> weights.getOrDefault(language, 0.0))
            .toArray();
    return Language.PUBLISHED.get(Seeds.weighted(shares, random));
  }

  /** The form that {@link #parse} reads. */
  @Override
  public String toString() {
    return weights.entrySet().stream()
        .map(e -> e.getKey().tag() + "=" + e.getValue())
        .collect(Collectors.joining(","));
  }
}
