package parrot.model.layer;

import java.io.Serializable;
import java.util.List;
import java.util.stream.Stream;
import parrot.model.config.ParrotConfig;

/**
 * How a router is steered from outside, by somebody who knows the loads of all replicas.
 *
 * @param selectionBias added to the probabilities where experts are selected, and nowhere else,
 *     [E]; empty for none
 * @param lossWeight of the balance loss {@code E * sum_i load_i p_i}, where {@code p} is the mean
 *     probability over a batch's images; 0 for none
 * @param load share of all earlier load that each expert got, [E], sum 1; empty if none is known
 */
public record Routing(List<Double> selectionBias, double lossWeight, List<Double> load)
    implements Serializable {

  public Routing {
    selectionBias = List.copyOf(selectionBias);
    load = List.copyOf(load);
    if (!(lossWeight >= 0 && lossWeight < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "Invalid balance loss weight: " + lossWeight + " (must be 0 or a positive number)");
    }
    if (!Stream.concat(selectionBias.stream(), load.stream()).allMatch(Double::isFinite)) {
      throw new IllegalArgumentException(
          "Invalid routing: bias %s, load %s (must be finite)".formatted(selectionBias, load));
    }
  }

  /** What a model does by itself: the selection bias that it was trained to, and no loss. */
  public static Routing of(ParrotConfig config) {
    return new Routing(config.experts().selectionBias(), 0, List.of());
  }

  /** Whether there is a balance loss with a gradient. */
  boolean hasLoss() {
    return lossWeight > 0 && !load.isEmpty();
  }
}
