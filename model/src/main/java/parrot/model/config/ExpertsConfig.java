package parrot.model.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The experts that visual tokens pass, and their router.
 *
 * @param used whether visual tokens pass them ({@code use_moe})
 * @param count experts; 0 for none
 * @param intermediateSize width of an expert
 * @param topK experts that compute for an image, at most {@code count}; if equal, routing is dense,
 *     as it always is in the published code
 * @param selectionBias our own optional key {@code moe_selection_bias}: what is added to the
 *     router's probabilities when experts are selected, by expert; empty for none
 * @param weight of the residual path, or of the experts under {@link MoeFormula#PAPER}
 * @param residual whether there is a residual path around the experts
 * @param formula our own optional key {@code moe_formula}
 * @param guide our own optional key {@code moe_guide}: what the router reads
 */
public record ExpertsConfig(
    boolean used,
    int count,
    int intermediateSize,
    int topK,
    List<Double> selectionBias,
    double weight,
    boolean residual,
    MoeFormula formula,
    RouterGuide guide) {

  static ExpertsConfig of(
      StrictMap keys, int hidden, ProjectorConfig projector, VisionFamily vision) {
    boolean used = keys.flag("use_moe", true);
    if (used && vision.classToken() && !projector.classToken()) {
      throw keys.invalid(
          "mm_vision_select_feature",
          projector.selectFeature(),
          "cls_patch if use_moe is true, because the router asks with the class token; absent, the two are patch and true");
    }
    int count = used ? keys.parts("num_experts") : keys.parts("num_experts", 0, 0);
    checkWidth(keys, hidden);
    int topK = topK(keys, count);
    MoeFormula formula = formula(keys);
    return new ExpertsConfig(
        used,
        count,
        count > 0 ? keys.positive("moe_intermediate_size") : 0,
        topK,
        selectionBias(keys, count, topK),
        keys.number("moe_weight", 1, Double::isFinite, "a finite number"),
        residual(keys, formula),
        formula,
        guide(keys));
  }

  private static void checkWidth(StrictMap keys, int hidden) {
    int width = keys.positive("moe_hidden_size", hidden);
    if (width != hidden) {
      throw keys.invalid("moe_hidden_size", width, "equal to hidden_size, " + hidden);
    }
  }

  private static int topK(StrictMap keys, int count) {
    int topK = keys.positive("moe_top_k", Math.max(1, count));
    if (count > 0 && topK > count) {
      throw keys.invalid("moe_top_k", topK, "at most num_experts, " + count);
    }
    return topK;
  }

  private static MoeFormula formula(StrictMap keys) {
    String name = keys.oneOf("moe_formula", "published", List.of("published", "paper"));
    return MoeFormula.valueOf(name.toUpperCase(Locale.ROOT));
  }

  private static RouterGuide guide(StrictMap keys) {
    List<String> names = Arrays.stream(RouterGuide.values()).map(RouterGuide::key).toList();
    String name = keys.oneOf("moe_guide", RouterGuide.PROMPT.key(), names);
    return RouterGuide.valueOf(name.toUpperCase(Locale.ROOT));
  }

  private static boolean residual(StrictMap keys, MoeFormula formula) {
    boolean residual = keys.flag("use_moe_residual", true);
    if (formula == MoeFormula.PAPER && !residual) {
      throw keys.invalid(
          "use_moe_residual", false, "true if moe_formula is paper, which always adds H");
    }
    return residual;
  }

  private static List<Double> selectionBias(StrictMap keys, int count, int topK) {
    List<Double> bias = keys.numbers("moe_selection_bias");
    if (!bias.isEmpty() && bias.size() != count) {
      throw keys.invalid("moe_selection_bias", bias, "num_experts numbers, " + count);
    }
    if (!bias.isEmpty() && topK == count) {
      throw keys.invalid(
          "moe_selection_bias", bias, "absent if moe_top_k is num_experts: nothing is selected");
    }
    return bias;
  }

  /** Whether an image's tokens pass some experts and not others. */
  public boolean selected() {
    return used && topK < count;
  }

  void writeTo(ObjectNode json, int hidden) {
    json.put("num_experts", count);
    if (count > 0) {
      json.put("moe_hidden_size", hidden);
      json.put("moe_intermediate_size", intermediateSize);
      json.put("moe_top_k", topK);
      writeSelectionBias(json, selectionBias);
    }
    json.put("moe_weight", weight);
    json.put("use_moe", used);
    json.put("use_moe_residual", residual);
    if (formula != MoeFormula.PUBLISHED) {
      json.put("moe_formula", formula.name().toLowerCase(Locale.ROOT));
    }
    if (guide != RouterGuide.PROMPT) {
      json.put("moe_guide", guide.key());
    }
  }

  static void writeSelectionBias(ObjectNode json, List<Double> bias) {
    json.remove("moe_selection_bias");
    if (!bias.isEmpty()) {
      bias.forEach(json.putArray("moe_selection_bias")::add);
    }
  }
}
