package parrot.model.layer;

import java.io.Serializable;
import java.util.List;
import java.util.stream.Stream;
import parrot.model.config.ParrotConfig;

/**
 * How a router and its experts are steered from outside, by somebody who knows the loads of all
 * replicas.
 *
 * @param selectionBias added to the probabilities where experts are selected, and nowhere else,
 *     [E]; empty for none
 * @param lossWeight of the balance loss {@code E * sum_i load_i p_i}, where {@code p} is the mean
 *     probability over a batch's images; 0 for none
 * @param load share of all earlier load that each expert got, [E], sum 1; empty if none is known
 * @param biasPace how far the bias moves against the load that an image causes, as a part of how
 *     far apart the probabilities are; 0 for a bias that stays
 * @param zLoss weight of a loss on the size of the logits, see {@link ZLoss}; 0 for none
 * @param variance weight of a loss that parts images, see {@link GateTerms}; 0 for none
 * @param information weight of another, see {@link GateTerms}; 0 for none
 * @param orthogonality weight of a loss on the {@link Overlap} of experts; 0 for none
 * @param comparing whether their overlap is also measured without such a loss
 */
public record Routing(
    List<Double> selectionBias,
    double lossWeight,
    List<Double> load,
    double biasPace,
    double zLoss,
    double variance,
    double information,
    double orthogonality,
    boolean comparing)
    implements Serializable {

  public Routing {
    selectionBias = List.copyOf(selectionBias);
    load = List.copyOf(load);
    if (!(lossWeight >= 0 && lossWeight < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "Invalid balance loss weight: " + lossWeight + " (must be 0 or a positive number)");
    }
    if (!(biasPace >= 0 && biasPace < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "Invalid pace of the selection bias: " + biasPace + " (must be 0 or a positive number)");
    }
    if (!(zLoss >= 0 && zLoss < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "Invalid z-loss weight: " + zLoss + " (must be 0 or a positive number)");
    }
    if (!(variance >= 0 && information >= 0 && variance + information < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "Invalid weights of variance and information: %s, %s (must be 0 or positive numbers)"
              .formatted(variance, information));
    }
    if (!(orthogonality >= 0 && orthogonality < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "Invalid weight of orthogonality: "
              + orthogonality
              + " (must be 0 or a positive number)");
    }
    if (!Stream.concat(selectionBias.stream(), load.stream()).allMatch(Double::isFinite)) {
      throw new IllegalArgumentException(
          "Invalid routing: bias %s, load %s (must be finite)".formatted(selectionBias, load));
    }
  }

  /** Without losses that part images or experts. */
  public Routing(
      List<Double> selectionBias,
      double lossWeight,
      List<Double> load,
      double biasPace,
      double zLoss) {
    this(selectionBias, lossWeight, load, biasPace, zLoss, 0, 0, 0, false);
  }

  /** What a model does by itself: the selection bias that it was trained to, and no loss. */
  public static Routing of(ParrotConfig config) {
    return new Routing(config.experts().selectionBias(), 0, List.of(), 0, 0);
  }

  /**
   * For a model that is measured: the same with a bias that stays, without the losses that only
   * training has; experts are compared.
   */
  public Routing still() {
    return new Routing(selectionBias, lossWeight, load, 0, 0, 0, 0, 0, true);
  }

  /** The same with another bias. */
  Routing withBias(List<Double> bias) {
    return new Routing(
        bias, lossWeight, load, biasPace, zLoss, variance, information, orthogonality, comparing);
  }

  /** The same with a loss on the overlap of experts of this weight. */
  public Routing withOrthogonality(double weight) {
    return new Routing(
        selectionBias, lossWeight, load, biasPace, zLoss, variance, information, weight, comparing);
  }

  /** Whether a loss parts images. */
  boolean parts() {
    return variance > 0 || information > 0;
  }

  /** Whether the outputs of experts are compared. */
  boolean compares() {
    return comparing || orthogonality > 0;
  }

  /** Whether there is a balance loss with a gradient. */
  boolean hasLoss() {
    return lossWeight > 0 && !load.isEmpty();
  }
}
