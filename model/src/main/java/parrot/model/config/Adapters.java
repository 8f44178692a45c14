package parrot.model.config;

import java.io.Serializable;
import java.util.List;

/**
 * LoRA adapters beside linear layers of the decoder: {@code y = x W^T + alpha / rank x A^T B^T},
 * where A [rank, in] and B [out, rank] learn and W stays as it is.
 *
 * <p>Source: arXiv 2106.09685.
 *
 * @param rank of the product
 * @param alpha times the product, divided by the rank
 * @param on names of the layers that have one, in every layer of the decoder
 */
public record Adapters(int rank, double alpha, List<String> on) implements Serializable {
  /** The linear layers of a decoder layer, in the order of the published names. */
  public static final List<String> LAYERS =
      List.of("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj");

  private static final String DECODER = "model.layers.";

  public Adapters {
    List<String> given = List.copyOf(on);
    on = LAYERS.stream().filter(given::contains).toList();
    if (rank < 1 || !Double.isFinite(alpha) || on.isEmpty() || !LAYERS.containsAll(given)) {
      throw new IllegalArgumentException(
          "Invalid adapters: rank %d, alpha %s, on %s (must be on layers among %s)"
              .formatted(rank, alpha, given, LAYERS));
    }
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
    return layer.startsWith(DECODER) && on.contains(layer.substring(layer.lastIndexOf('.') + 1));
  }
}
