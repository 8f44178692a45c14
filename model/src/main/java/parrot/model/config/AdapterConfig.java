package parrot.model.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoublePredicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * PEFT's {@code adapter_config.json}: how a LoRA adapter is added to the layers that it changes.
 *
 * @param rank of layers that no pattern of {@code ranks} names
 * @param alpha of layers that no pattern of {@code alphas} names
 * @param base folder of the model that it was trained on, relative to its own or absolute, or the
 *     name of a published one
 * @param dropout share of a layer's input that the adapter drops in a step of training
 * @param rankStabilised whether to divide by the root of the rank instead of the rank
 */
public record AdapterConfig(
    int rank,
    double alpha,
    Optional<String> base,
    double dropout,
    boolean rankStabilised,
    Map<Pattern, Double> ranks,
    Map<Pattern, Double> alphas) {
  public static final String NAME = "adapter_config.json";

  private static final String BASE = "base_model_name_or_path";

  private static final String DROPOUT = "lora_dropout";

  /** PEFT's wrapper around the model; patterns begin behind it. */
  private static final String WRAPPER = "base_model.model.";

  /** Starting values that leave the model as it is. */
  private static final List<String> STARTS =
      List.of("true", "false", "gaussian", "eva", "orthogonal");

  /**
   * @param where for messages, names the file
   * @throws parrot.model.ModelException if the adapter is of another kind than LoRA, or a key asks
   *     for a computation that is not done here
   */
  public static AdapterConfig of(JsonNode json, String where) {
    StrictMap keys = new StrictMap(json, ConfigSource.published(where));
    keys.oneOf("peft_type", List.of("LORA"));
    String start = keys.text("init_lora_weights", "true");
    if (!STARTS.contains(start)) {
      throw keys.invalid(
          "init_lora_weights",
          start,
          "one of "
              + String.join(", ", STARTS)
              + "; others change the model itself, so save the adapter as plain LoRA, in PEFT:"
              + " path_initial_model_for_weight_conversion");
    }
    AdapterConfig config =
        new AdapterConfig(
            (int) keys.number("r", AdapterConfig::isRank, "a positive integer"),
            keys.number("lora_alpha", Double::isFinite, "a number"),
            Optional.of(json.path(BASE).asText("")).filter(base -> !base.isBlank()),
            keys.number(DROPOUT, 0, x -> x >= 0 && x < 1, "at least 0 and below 1"),
            keys.flag("use_rslora", false),
            patterns(keys, "rank_pattern", AdapterConfig::isRank, "positive integers"),
            patterns(keys, "alpha_pattern", Double::isFinite, "numbers"));
    keys.others(HarmlessKeys.OF_ADAPTER);
    return config;
  }

  /**
   * What PEFT reads as these adapters.
   *
   * @param whole names of modules that are trained whole, and kept beside the adapters
   * @param base folder of the model, relative to the adapter's
   */
  public static ObjectNode json(Adapters adapters, List<String> whole, String base) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("peft_type", "LORA").put("task_type", "CAUSAL_LM").put(BASE, base);
    json.put("r", adapters.rank()).put("lora_alpha", adapters.alpha());
    json.put(DROPOUT, adapters.dropout());
    json.put("bias", "none").put("fan_in_fan_out", false).put("use_rslora", false);
    json.put("init_lora_weights", true).put("inference_mode", true);
    // A pattern, because a list of names would also mean layers of vision encoder and experts.
    json.put("target_modules", adapters.pattern());
    if (whole.isEmpty()) {
      json.putNull("modules_to_save");
    } else {
      whole.forEach(json.putArray("modules_to_save")::add);
    }
    return json;
  }

  /**
   * As adapters that can stay beside the model.
   *
   * @param on names of the layers that have one
   * @return empty if they can only be merged: ranks or factors differ between layers
   */
  public Optional<Adapters> asAdapters(List<String> on) {
    boolean alike = ranks.isEmpty() && alphas.isEmpty() && !rankStabilised;
    return alike && Adapters.ALL.containsAll(on) && !on.isEmpty()
        ? Optional.of(new Adapters(rank, alpha, on, dropout))
        : Optional.empty();
  }

  private static boolean isRank(double number) {
    return number >= 1 && number <= Integer.MAX_VALUE && number == Math.rint(number);
  }

  private static Map<Pattern, Double> patterns(
      StrictMap keys, String key, DoublePredicate fits, String rule) {
    Map<Pattern, Double> patterns = new LinkedHashMap<>();
    JsonNode given = keys.anything(key);
    given
        .fields()
        .forEachRemaining(
            entry -> {
              JsonNode value = entry.getValue();
              if (!value.isNumber() || !fits.test(value.doubleValue())) {
                throw keys.invalid(key, given, "a mapping of layers to " + rule);
              }
              try {
                String regex = "(.*\\.)?(" + entry.getKey() + ")";
                patterns.put(Pattern.compile(regex), value.doubleValue());
              } catch (PatternSyntaxException e) {
                throw keys.invalid(key, given, "a mapping of layers' names or expressions");
              }
            });
    return patterns;
  }

  /** The rank of a layer, by the name that the adapter's file gives it. */
  public int rank(String layer) {
    return (int) first(ranks, layer, rank);
  }

  /** By what the product of both factors is multiplied. */
  public float scale(String layer) {
    int rank = rank(layer);
    return (float) (first(alphas, layer, alpha) / (rankStabilised ? Math.sqrt(rank) : rank));
  }

  private static double first(Map<Pattern, Double> patterns, String layer, double otherwise) {
    String name = layer.startsWith(WRAPPER) ? layer.substring(WRAPPER.length()) : layer;
    return patterns.entrySet().stream()
        .filter(entry -> entry.getKey().matcher(name).matches())
        .findFirst()
        .map(Map.Entry::getValue)
        .orElse(otherwise);
  }
}
