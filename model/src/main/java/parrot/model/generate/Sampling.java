package parrot.model.generate;

import java.io.Serializable;

/**
 * How the next token is chosen. Applied in this order: penalty, temperature, the {@code topK}
 * likeliest, the likeliest with a share of {@code topP} together, those with at least {@code minP}
 * of the likeliest one's probability.
 *
 * @param temperature that logits are divided by; 0 takes the likeliest token, the lowest id among
 *     equals
 * @param topK tokens to choose from; 0 for all
 * @param topP share of the probability to choose from, above 0; 1 for all
 * @param minP share of the highest probability that a token must have; 0 for all
 * @param repetitionPenalty that makes tokens of prompt and answer less likely: positive logits are
 *     divided by it, negative ones multiplied; 1 for none
 * @param seed of the choices; an answer depends on nothing else
 */
public record Sampling(
    double temperature, int topK, double topP, double minP, double repetitionPenalty, long seed)
    implements Serializable {
  /** The likeliest token, always. */
  public static final Sampling GREEDY = new Sampling(0, 0, 1, 0, 1, 0);

  public Sampling {
    require(temperature >= 0 && temperature <= 100, "temperature", temperature, "from 0 to 100");
    require(topK >= 0, "top-k", topK, "at least 1, or 0 for all tokens");
    require(topP > 0 && topP <= 1, "top-p", topP, "above 0, at most 1");
    require(minP >= 0 && minP <= 1, "min-p", minP, "from 0 to 1");
    require(
        repetitionPenalty > 0 && repetitionPenalty <= 100,
        "repetition-penalty",
        repetitionPenalty,
        "above 0, at most 100");
    boolean draws = temperature > 0 || (topK == 0 && topP == 1 && minP == 0);
    require(draws, "temperature", temperature, "above 0 with top-k, top-p or min-p");
  }

  private static void require(boolean valid, String name, Number value, String range) {
    if (!valid) {
      throw new IllegalArgumentException(
          "Invalid %s: %s (must be %s)".formatted(name, value, range));
    }
  }

  boolean isGreedy() {
    return temperature == 0;
  }
}
