package parrot.jobs.config;

import java.util.Optional;
import parrot.model.config.StrictMap;
import parrot.model.exchange.MomentClocks;
import parrot.model.exchange.OuterSchedule;
import parrot.model.exchange.OuterStep;

/** Reads how replicas train and are averaged. */
final class RoundReader {
  private RoundReader() {}

  static TrainConfig.Rounds rounds(StrictMap map) {
    return new TrainConfig.Rounds(
        RoundKeys.REPLICAS.read(map),
        RoundKeys.AVERAGE_EVERY.read(map),
        RoundKeys.BATCH_SIZE.read(map),
        averaging(map));
  }

  private static TrainConfig.AveragingChoice averaging(StrictMap map) {
    OuterSchedule outer = outer(map);
    Optional<MomentClocks> clocks = clocks(map);
    TrainConfig.AveragingChoice averaging =
        new TrainConfig.AveragingChoice(
            RoundKeys.AVERAGING.read(map),
            RoundKeys.EXCHANGE.read(map),
            outer,
            clocks.isPresent()
                ? TrainConfig.UpdaterState.AVERAGE
                : RoundKeys.UPDATER_STATE.read(map),
            clocks.orElse(MomentClocks.EVERY_ROUND),
            overlap(map),
            RoundKeys.ON_DIVERGENCE.read(map),
            RoundKeys.MINIMUM_REPLICAS.read(map),
            RoundKeys.AVERAGE_EXPERTS_BY.read(map));
    if (averaging.master() == TrainConfig.Master.DL4J && !averaging.isPlain()) {
      throw RoundKeys.AVERAGING.invalid(
          map,
          "dl4j",
          "parrot where exchange, outer, updater_state, overlap, on_divergence or average_experts_by are set");
    }
    return averaging;
  }

  private static OuterSchedule outer(StrictMap map) {
    OuterStep step =
        new OuterStep(RoundKeys.OUTER_RATE.read(map), RoundKeys.OUTER_MOMENTUM.read(map));
    Optional<Boolean> corrected = RoundKeys.OUTER_CORRECTION.ifGiven(map);
    Optional<Double> until = RoundKeys.MOMENTUM_UNTIL.ifGiven(map);
    if (!step.hasMomentum()) {
      String rule = "absent without outer.momentum";
      corrected.ifPresent(
          given -> {
            throw RoundKeys.OUTER_CORRECTION.invalid(map, given, rule);
          });
      until.ifPresent(
          given -> {
            throw RoundKeys.MOMENTUM_UNTIL.invalid(map, given, rule);
          });
    }
    return new OuterSchedule(
        step,
        corrected.orElse(RoundKeys.OUTER_CORRECTION.absent()),
        until.orElse(RoundKeys.MOMENTUM_UNTIL.absent()));
  }

  private static int overlap(StrictMap map) {
    if (!map.given(RoundKeys.OVERLAP)) {
      return 0;
    }
    int steps = RoundKeys.OVERLAP_STEPS.read(map);
    int averageEvery = RoundKeys.AVERAGE_EVERY.read(map);
    if (steps >= averageEvery) {
      throw RoundKeys.OVERLAP_STEPS.invalid(map, steps, "below average_every, " + averageEvery);
    }
    return steps;
  }

  private static Optional<MomentClocks> clocks(StrictMap map) {
    return map.isMapping(RoundKeys.UPDATER_STATE.name())
        ? Optional.of(
            new MomentClocks(RoundKeys.FIRST_MOMENTS.read(map), RoundKeys.SECOND_MOMENTS.read(map)))
        : Optional.empty();
  }
}
