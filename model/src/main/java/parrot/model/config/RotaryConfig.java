package parrot.model.config;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;

/**
 * The rotary position embedding: its base, and how its angles are stretched for longer sequences.
 * Read from {@code rope_theta} and {@code rope_scaling}, or from {@code rope_parameters}.
 *
 * @param theta base of the frequencies
 * @param factor divides the frequencies; 1 for none
 * @param yarn divides only the slow ones; empty for all alike
 * @param scaling the mapping that asked for it, written back as it was; empty if there was none
 */
public record RotaryConfig(double theta, double factor, Optional<Yarn> yarn, ObjectNode scaling) {
  private static final String OLD = "rope_scaling";
  private static final String NEW = "rope_parameters";
  private static final double USUAL_THETA = 10000;

  /**
   * YaRN (arXiv 2309.00071): frequencies that turn often within the original length stay, those
   * that turn rarely are divided, with a ramp between.
   *
   * @param length the sequence length that the model was trained with first
   * @param fast turns within {@code length} from which a frequency stays
   * @param slow turns within {@code length} up to which it is divided in full
   * @param attention multiplies cosine and sine
   * @param truncate whether the ends of the ramp are rounded to whole frequencies
   */
  public record Yarn(int length, double fast, double slow, double attention, boolean truncate) {}

  /**
   * @param positions {@code max_position_embeddings}
   * @param longest sequences are cut to this
   */
  static RotaryConfig of(StrictMap keys, int positions, int longest) {
    String name = keys.has(NEW) ? NEW : OLD;
    if (keys.given(OLD) && keys.given(NEW)) {
      throw keys.invalid(OLD, keys.map(OLD).json(), "absent if rope_parameters is there");
    }
    StrictMap scaling = keys.map(name);
    if (scaling.has("full_attention")) {
      scaling = scaling.map("full_attention");
    }
    double theta = theta(keys, scaling);
    requireWhole(keys);
    requireWhole(scaling);
    List<String> types = List.of("default", "linear", "dynamic", "yarn");
    scaling.given("finetuned");
    String older = scaling.oneOf("type", "default", types);
    String type = scaling.oneOf("rope_type", older, types);
    if (scaling.has("type") && !older.equals(type)) {
      throw scaling.invalid("rope_type", type, "equal to type, " + older);
    }
    int length = scaling.positive("original_max_position_embeddings", positions);
    if (type.equals("dynamic") && longest > length) {
      throw scaling.invalid(
          "rope_type",
          type,
          "default, linear or yarn: sequences of up to %d tokens are longer than the original %d, and dynamic would change with their length"
              .formatted(longest, length));
    }
    double factor = type.equals("default") ? 1 : requireFactor(scaling);
    Optional<Yarn> yarn =
        type.equals("yarn") ? Optional.of(yarn(scaling, length, factor)) : Optional.empty();
    keys.map(name).refuseOthers();
    boolean plain = type.equals("default") || type.equals("dynamic");
    ObjectNode written =
        type.equals("default") ? JsonNodeFactory.instance.objectNode() : scaling.json();
    written.remove("rope_theta");
    return new RotaryConfig(theta, plain ? 1 : factor, yarn, written);
  }

  private static double theta(StrictMap keys, StrictMap scaling) {
    if (keys.isNull("rope_theta") && !scaling.has("rope_theta")) {
      throw keys.invalid("rope_theta", null, "a positive number");
    }
    double outside = keys.positiveNumber("rope_theta", USUAL_THETA);
    double inside = scaling.positiveNumber("rope_theta", outside);
    if (keys.has("rope_theta") && inside != outside) {
      throw scaling.invalid("rope_theta", inside, "equal to rope_theta, " + outside);
    }
    return inside;
  }

  private static void requireWhole(StrictMap keys) {
    if (keys.given("partial_rotary_factor")
        && keys.positiveNumber("partial_rotary_factor", 1) != 1) {
      throw keys.invalid(
          "partial_rotary_factor",
          keys.positiveNumber("partial_rotary_factor", 1),
          "1, the whole head is rotated");
    }
  }

  private static double requireFactor(StrictMap scaling) {
    return scaling.number("factor", x -> x >= 1 && x < Double.POSITIVE_INFINITY, "a number from 1");
  }

  private static Yarn yarn(StrictMap scaling, int length, double factor) {
    return new Yarn(
        length,
        scaling.positiveNumber("beta_fast", 32),
        scaling.positiveNumber("beta_slow", 1),
        scaling.positiveNumber("attention_factor", 0.1 * Math.log(factor) + 1),
        scaling.flag("truncate", true));
  }

  /** Whether the angles are those of the base alone. */
  public boolean plain() {
    return factor == 1 && yarn.isEmpty();
  }

  /** What cosine and sine are multiplied with. */
  public float attention() {
    return (float) (double) yarn.map(Yarn::attention).orElse(1.0);
  }

  /**
   * Radians per position, headSize / 2 values; in float32, as transformers computes them ({@code
   * modeling_rope_utils}).
   */
  public float[] frequencies(int headSize) {
    float[] frequencies = new float[headSize / 2];
    for (int j = 0; j < frequencies.length; j++) {
      double wavelength = Math.pow(theta, (float) (2 * j) / headSize);
      float whole = (float) (1 / wavelength);
      float divided = (float) (1 / (factor * wavelength));
      double share = yarn.isEmpty() ? 1 : ramp(j, headSize, yarn.get());
      frequencies[j] = factor == 1 ? whole : (float) (divided * share + whole * (1 - share));
    }
    return frequencies;
  }

  /** How much of frequency {@code j} is divided: 0 if it turns often, 1 if it turns rarely. */
  private double ramp(int j, int headSize, Yarn yarn) {
    double low = turning(yarn.fast(), headSize, yarn);
    double high = turning(yarn.slow(), headSize, yarn);
    if (yarn.truncate()) {
      low = Math.floor(low);
      high = Math.ceil(high);
    }
    low = Math.max(low, 0);
    high = Math.min(high, headSize - 1);
    double width = low == high ? 0.001 : high - low;
    return Math.min(1, Math.max(0, (j - low) / width));
  }

  /** The index, with fractions, of the frequency that turns so often within the first length. */
  private double turning(double turns, int headSize, Yarn yarn) {
    return headSize * Math.log(yarn.length() / (turns * 2 * Math.PI)) / (2 * Math.log(theta));
  }

  void writeTo(ObjectNode json) {
    json.put("rope_theta", theta);
    if (!scaling.isEmpty()) {
      json.set(OLD, scaling);
    }
  }
}
