package parrot.datasets.order;

import java.util.Map;
import java.util.TreeMap;
import parrot.datasets.UsageException;
import parrot.datasets.language.Language;

/**
 * How often a language comes up, beside how the data has it.
 *
 * @param temperature T: shares are those of rows to the power of 1/T, so 1 is as the data is and
 *     more is more even
 * @param weights by language, which shares follow instead; empty for the temperature
 */
public record Mixture(double temperature, Map<Language, Double> weights) {
  /** As the data mixes its languages. */
  public static final Mixture OF_THE_DATA = new Mixture(1, Map.of());

  public Mixture {
    weights = Map.copyOf(weights);
  }

  /**
   * How many times as often as in the data a row of each language comes up, up to a factor that all
   * share.
   *
   * @param rows by language
   * @throws UsageException if weights and data have other languages
   */
  Map<Language, Double> factors(Map<Language, Long> rows) {
    Map<Language, Double> factors = new TreeMap<>();
    rows.forEach(
        (language, count) -> {
          if (weights.isEmpty()) {
            factors.put(language, Math.pow(count, 1 / temperature - 1));
          } else if (weights.containsKey(language)) {
            factors.put(language, weights.get(language) / count);
          } else {
            throw new UsageException(
                "Missing mixture.weights."
                    + language.tag()
                    + ": the data has "
                    + count
                    + " rows of it (0 leaves them out)");
          }
        });
    weights.forEach(
        (language, weight) -> {
          if (weight > 0 && !rows.containsKey(language)) {
            throw new UsageException(
                "Invalid mixture.weights."
                    + language.tag()
                    + ": "
                    + weight
                    + " (must be absent or 0: the data has no row of it)");
          }
        });
    return factors;
  }
}
