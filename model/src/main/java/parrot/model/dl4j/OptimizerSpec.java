package parrot.model.dl4j;

import java.io.Serializable;
import java.util.Map;
import java.util.TreeMap;
import org.nd4j.shade.jackson.annotation.JsonProperty;
import parrot.model.dl4j.updater.AdamW;
import parrot.model.dl4j.updater.RateSchedule;
import parrot.model.network.Parameter;
import parrot.model.network.ParameterGroup;

/**
 * How the trained parts learn.
 *
 * @param schedule learning rate of parts that have none of their own
 * @param learningRates peak rate of single groups; the shape is the schedule's
 * @param weightDecay decoupled decay of parts that have none of their own
 * @param weightDecays decay of single groups
 * @param beta1 decay of the first moment
 * @param beta2 decay of the second moment
 * @param epsilon added to the root of the second moment
 * @param clipNorm largest norm of the gradient over all trained tensors; 0 for no clipping
 */
public record OptimizerSpec(
    @JsonProperty("schedule") RateSchedule schedule,
    @JsonProperty("learningRates") Map<ParameterGroup, Double> learningRates,
    @JsonProperty("weightDecay") double weightDecay,
    @JsonProperty("weightDecays") Map<ParameterGroup, Double> weightDecays,
    @JsonProperty("beta1") double beta1,
    @JsonProperty("beta2") double beta2,
    @JsonProperty("epsilon") double epsilon,
    @JsonProperty("clipNorm") double clipNorm)
    implements Serializable {

  public OptimizerSpec {
    learningRates = new TreeMap<>(learningRates);
    weightDecays = new TreeMap<>(weightDecays);
    if (!(clipNorm >= 0)) {
      throw new IllegalArgumentException(
          "Invalid clip norm: " + clipNorm + " (must be positive, or 0 for no clipping)");
    }
    if (!(weightDecay >= 0) || weightDecays.values().stream().anyMatch(decay -> !(decay >= 0))) {
      throw new IllegalArgumentException(
          "Invalid weight decay: "
              + weightDecay
              + ", by part "
              + weightDecays
              + " (must be 0 or positive)");
    }
  }

  /** AdamW with its usual constants, no decay and no clipping. */
  public static OptimizerSpec of(RateSchedule schedule) {
    return new OptimizerSpec(schedule, Map.of(), 0, Map.of(), 0.9, 0.999, 1e-8, 0);
  }

  /** How a parameter learns. */
  AdamW adamW(Parameter parameter) {
    ParameterGroup group = ParameterGroup.of(parameter);
    return new AdamW(
        group.setting(schedules(), schedule),
        beta1,
        beta2,
        epsilon,
        group.setting(weightDecays, weightDecay));
  }

  /** Of groups that have a rate of their own. */
  Map<ParameterGroup, RateSchedule> schedules() {
    Map<ParameterGroup, RateSchedule> schedules = new TreeMap<>();
    learningRates.forEach((group, peak) -> schedules.put(group, schedule.withPeak(peak)));
    return schedules;
  }
}
