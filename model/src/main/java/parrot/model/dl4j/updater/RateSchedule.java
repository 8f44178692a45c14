package parrot.model.dl4j.updater;

import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * A learning rate over steps: a linear rise over the first {@code warmupSteps}, then constant or
 * half a cosine down to {@code minimum}.
 *
 * <p>The first step already learns: step {@code i} of the warm-up has {@code (i + 1) / warmupSteps}
 * of the peak.
 *
 * @param shape of what follows the warm-up
 * @param peak learning rate after the warm-up
 * @param minimum where the cosine ends; unused if the rate is constant
 * @param warmupSteps steps of the rise, possibly 0
 * @param totalSteps steps of the whole run, warm-up included; the rate stays at its end afterwards
 */
public record RateSchedule(
    @JsonProperty("shape") Shape shape,
    @JsonProperty("peak") double peak,
    @JsonProperty("minimum") double minimum,
    @JsonProperty("warmupSteps") int warmupSteps,
    @JsonProperty("totalSteps") int totalSteps)
    implements ISchedule {

  /** What follows the warm-up. */
  public enum Shape {
    CONSTANT,
    COSINE
  }

  public RateSchedule {
    if (!(peak >= 0 && peak < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "Invalid learning rate: " + peak + " (must be 0 or a positive number)");
    }
    if (!(minimum >= 0 && minimum <= peak)) {
      throw new IllegalArgumentException(
          "Invalid minimum learning rate: " + minimum + " (must be between 0 and " + peak + ")");
    }
    if (warmupSteps < 0 || totalSteps < 1) {
      throw new IllegalArgumentException(
          "Invalid schedule: " + warmupSteps + " of " + totalSteps + " steps are warm-up");
    }
  }

  /** The same rate at every step. */
  public static RateSchedule constant(double rate) {
    return new RateSchedule(Shape.CONSTANT, rate, 0, 0, 1);
  }

  /** The same shape with another peak; the minimum keeps its share of it. */
  public RateSchedule withPeak(double newPeak) {
    double share = peak == 0 ? 0 : minimum / peak;
    return new RateSchedule(shape, newPeak, share * newPeak, warmupSteps, totalSteps);
  }

  @Override
  public double valueAt(int iteration, int epoch) {
    if (iteration < warmupSteps) {
      return peak * (iteration + 1) / warmupSteps;
    }
    if (shape == Shape.CONSTANT) {
      return peak;
    }
    int falling = Math.max(1, totalSteps - warmupSteps);
    double progress = Math.min(1, (double) (iteration - warmupSteps) / falling);
    return minimum + (peak - minimum) * 0.5 * (1 + Math.cos(Math.PI * progress));
  }

  @Override
  public RateSchedule clone() {
    return this;
  }
}
