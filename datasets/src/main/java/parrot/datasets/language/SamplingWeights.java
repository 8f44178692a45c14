package parrot.datasets.language;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalDouble;
import parrot.datasets.DataException;

/**
 * How often each language is seen. Either explicit weights, or a temperature T that draws a
 * language with n rows in proportion to n^(1/T): 1 leaves the data as it is, large values even it
 * out. Adding one language can hurt another, so whatever is chosen is stated, never implied.
 *
 * @param explicit weight by language, positive, not normalised; empty where a temperature decides
 * @param temperature at least 1; ignored where weights are explicit
 */
public record SamplingWeights(Map<Language, Double> explicit, OptionalDouble temperature) {
  private static final double AS_IT_IS = 1.0;

  public SamplingWeights {
    if (explicit.isEmpty() == temperature.isEmpty()) {
      throw new DataException(
          "Invalid sampling weights: need either a weight per language or a temperature");
    }
    for (Map.Entry<Language, Double> entry : explicit.entrySet()) {
      double weight = entry.getValue();
      if (!(weight > 0 && weight < Double.POSITIVE_INFINITY)) {
        throw new DataException(
            "Invalid sampling weight of "
                + entry.getKey().tag()
                + ": "
                + weight
                + " (must be positive; leave a language out of the data to leave it out)");
      }
    }
    if (temperature.isPresent()
        && !(temperature.getAsDouble() >= 1
            && temperature.getAsDouble() < Double.POSITIVE_INFINITY)) {
      throw new DataException(
          "Invalid sampling temperature: "
              + temperature.getAsDouble()
              + " (must be at least 1; 1 keeps the data's own mixture, larger evens it out)");
    }
    explicit = explicit.isEmpty() ? Map.of() : Collections.unmodifiableMap(new EnumMap<>(explicit));
  }

  /** The mixture of the data itself. */
  public static SamplingWeights proportional() {
    return temperature(AS_IT_IS);
  }

  public static SamplingWeights temperature(double temperature) {
    return new SamplingWeights(Map.of(), OptionalDouble.of(temperature));
  }

  public static SamplingWeights explicit(Map<Language, Double> weights) {
    return new SamplingWeights(weights, OptionalDouble.empty());
  }

  /**
   * Reads {@code proportional}, {@code temperature=2} or {@code en=0.5,zh=0.3,ru=0.2}.
   *
   * @throws DataException if it is none of these
   */
  public static SamplingWeights parse(String text) {
    String trimmed = text.trim();
    if (trimmed.equals("proportional")) {
      return proportional();
    }
    if (trimmed.startsWith("temperature=")) {
      return temperature(number(text, trimmed.substring("temperature=".length())));
    }
    Map<Language, Double> weights = new EnumMap<>(Language.class);
    for (String part : trimmed.split(",", -1)) {
      int equals = part.indexOf('=');
      if (equals < 0) {
        throw malformed(text);
      }
      Language language = Language.of(part.substring(0, equals).trim());
      if (weights.put(language, number(text, part.substring(equals + 1))) != null) {
        throw new DataException(
            "Invalid sampling weights: " + text + " (" + language.tag() + " is given twice)");
      }
    }
    return explicit(weights);
  }

  /**
   * The share of each language among the samples drawn; the shares add up to 1.
   *
   * @param rows rows by language; languages without rows get no share
   * @throws DataException if weights are explicit and a language of the data has none, or the
   *     reverse
   */
  public Map<Language, Double> shares(Map<Language, Long> rows) {
    Map<Language, Double> weights = new EnumMap<>(Language.class);
    double sum = 0;
    for (Language language : Language.values()) {
      long count = rows.getOrDefault(language, 0L);
      boolean named = explicit.containsKey(language);
      if (!explicit.isEmpty() && named != count > 0) {
        throw new DataException(
            "Cannot weigh languages: "
                + language.tag()
                + (named ? " has a weight and no rows" : " has rows and no weight")
                + " ("
                + count
                + " rows; give a weight to exactly the languages of the data)");
      }
      if (count > 0) {
        double weight =
            named
                ? explicit.get(language)
                : Math.pow((double) count, 1 / temperature.getAsDouble());
        weights.put(language, weight);
        sum += weight;
      }
    }
    for (Map.Entry<Language, Double> entry : weights.entrySet()) {
      entry.setValue(entry.getValue() / sum);
    }
    return Collections.unmodifiableMap(weights);
  }

  /**
   * How often a row of each language is seen in an epoch that has as many samples as there are
   * rows: 1 for all of them where the mixture is the data's own.
   */
  public Map<Language, Double> repeats(Map<Language, Long> rows) {
    Map<Language, Double> repeats = new EnumMap<>(Language.class);
    long total = rows.values().stream().mapToLong(Long::longValue).sum();
    shares(rows)
        .forEach((language, share) -> repeats.put(language, share * total / rows.get(language)));
    return Collections.unmodifiableMap(repeats);
  }

  private static double number(String text, String number) {
    try {
      return Double.parseDouble(number.trim());
    } catch (NumberFormatException e) {
      throw malformed(text);
    }
  }

  private static DataException malformed(String text) {
    return new DataException(
        "Invalid sampling weights: "
            + text
            + " (must be proportional, temperature=T, or weights such as en=0.5,zh=0.3,ru=0.2)");
  }
}
