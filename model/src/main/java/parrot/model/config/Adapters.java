package parrot.model.config;

import java.io.Serializable;
import java.util.List;
import java.util.stream.Stream;

/**
 * LoRA adapters beside linear layers: {@code y = x W^T + alpha / rank d(x) A^T B^T}, where A [rank,
 * in] and B [out, rank] learn and W stays as it is. In a step of training d drops values of its
 * input, else it gives what it is given.
 *
 * <p>Source: arXiv 2106.09685.
 *
 * @param rank of the product
 * @param alpha times the product, divided by the rank
 * @param on names of the layers that have one, everywhere in their part
 * @param dropout share of the values that d drops, from 0 to below 1
 */
public record Adapters(int rank, double alpha, List<String> on, double dropout)
    implements Serializable {
  /** The linear layers of a decoder layer, in the order of the published names. */
  public static final List<String> LAYERS =
      List.of("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj");

  /** Those of the vision encoder's layers. */
  private static final List<String> VISION =
      List.of("q_proj", "k_proj", "v_proj", "out_proj", "fc1", "fc2");

  private static final List<String> EXPERTS = List.of("gate_proj", "up_proj", "down_proj");

  private static final String PROJECTOR = "projector";

  /** Every linear layer but the head and the router. */
  public static final List<String> ALL =
      Stream.of(
              LAYERS.stream(),
              VISION.stream().map(layer -> "vision." + layer),
              Stream.of(PROJECTOR),
              EXPERTS.stream().map(layer -> "experts." + layer))
          .flatMap(names -> names)
          .toList();

  public Adapters {
    List<String> given = List.copyOf(on);
    on = ALL.stream().filter(given::contains).toList();
    boolean drops = dropout >= 0 && dropout < 1;
    if (rank < 1 || !Double.isFinite(alpha) || !drops || on.isEmpty() || !ALL.containsAll(given)) {
      throw new IllegalArgumentException(
          "Invalid adapters: rank %d, alpha %s, dropout %s, on %s (must be on layers among %s)"
              .formatted(rank, alpha, dropout, given, ALL));
    }
  }

  /** Without dropout. */
  public Adapters(int rank, double alpha, List<String> on) {
    this(rank, alpha, on, 0);
  }

  /** By what the product of both factors is multiplied. */
  public float scale() {
    return (float) (alpha / rank);
  }

  /**
   * Whether a layer has one.
   *
   * @param layer published name of its tensors without {@code .weight}
   */
  public boolean cover(String layer) {
    return on.contains(name(layer));
  }

  /**
   * What a layer is called among {@link #ALL}; empty if it is not a linear layer of these.
   *
   * @param layer published name of its tensors without {@code .weight}
   */
  public static String name(String layer) {
    String last = layer.substring(layer.lastIndexOf('.') + 1);
    if (layer.startsWith("model.layers.")) {
      return last;
    } else if (layer.startsWith("vision_model.encoder.layers.")) {
      return "vision." + last;
    } else if (layer.startsWith("model.moe_model.experts.")) {
      return "experts." + last;
    }
    return layer.startsWith("model.mm_projector") ? PROJECTOR : "";
  }

  /** The pattern of the layers' names in a published Parrot, as PEFT matches them. */
  String pattern() {
    List<String> patterns =
        Stream.of(
                alternatives("model\\.layers\\.\\d+\\.(self_attn|mlp)\\.", "", LAYERS),
                alternatives(
                    "model\\.vision_tower\\.vision_tower\\.vision_model\\.encoder\\.layers\\.\\d+\\.(self_attn|mlp)\\.",
                    "vision.",
                    VISION),
                on.contains(PROJECTOR) ? "model\\.mm_projector(\\.\\d+)?" : "",
                alternatives("model\\.moe_model\\.experts\\.\\d+\\.", "experts.", EXPERTS))
            .filter(pattern -> !pattern.isEmpty())
            .toList();
    return String.join("|", patterns);
  }

  private String alternatives(String before, String part, List<String> layers) {
    List<String> chosen = layers.stream().filter(layer -> on.contains(part + layer)).toList();
    return chosen.isEmpty() ? "" : before + "(" + String.join("|", chosen) + ")";
  }

  /** Without the dropout, which changes no answer: fingerprints of models are made of it. */
  @Override
  public String toString() {
    return "Adapters[rank=%d, alpha=%s, on=%s]".formatted(rank, alpha, on);
  }
}
