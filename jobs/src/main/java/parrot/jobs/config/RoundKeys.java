package parrot.jobs.config;

import parrot.model.exchange.ExchangeFormat;

/** The keys of rounds and averages, part of {@link TrainKeys}. */
final class RoundKeys {
  static final Key<Integer> REPLICAS =
      Key.whole("replicas", 2, 1)
          .means("RoundRunner", "K, models trained in parallel and averaged");
  static final Key<Integer> AVERAGE_EVERY =
      Key.whole("average_every", 8, 1)
          .means("RoundRunner", "H, steps of each replica between two averages");
  static final Key<Integer> BATCH_SIZE =
      Key.whole("batch_size", 8, 1).means("ExampleOrder", "samples of one step of one replica");
  static final Key<ExchangeFormat> EXCHANGE =
      Key.choice("exchange", ExchangeFormat.F32)
          .means(
              "ExchangeFormat", "what replicas send: values, or differences in bf16, int8 or int4");
  static final Key<Double> OUTER_RATE =
      Key.positive("outer.learning_rate", 1)
          .means("OuterStep", "of the step from the last state to the average; 0.7 in DiLoCo");
  static final Key<Double> OUTER_MOMENTUM =
      Key.belowOne("outer.momentum", 0)
          .means("OuterStep", "Nesterov momentum of that step; 0.9 in DiLoCo");
  static final Key<Boolean> OUTER_CORRECTION =
      Key.flag("outer.bias_correction", false)
          .means("OuterSchedule", "first steps as long as momentum makes later ones");
  static final Key<Double> MOMENTUM_UNTIL =
      Key.share("outer.momentum_until", 1)
          .means("OuterSchedule", "share of the run after which the average is the next state");
  static final Key<TrainConfig.UpdaterState> UPDATER_STATE =
      Key.choice("updater_state", TrainConfig.UpdaterState.AVERAGE)
          .means("RoundSettings", "AdamW's moments between rounds: averaged, or forgotten");
  static final Key<Integer> FIRST_MOMENTS =
      Key.whole(UPDATER_STATE.path() + ".first", 1, 1)
          .means("MomentClocks", "instead: rounds from one average of first moments to the next");
  static final Key<Integer> SECOND_MOMENTS =
      Key.whole(UPDATER_STATE.path() + ".second", 1, 1)
          .means(
              "MomentClocks", "the same for second moments; between, each replica keeps its own");
  static final String OVERLAP = "overlap";
  static final Key<Integer> OVERLAP_STEPS =
      Key.whole(OVERLAP + ".steps", 0, 0)
          .absent("0: replicas wait")
          .means(
              "TrainReplica",
              "steps that replicas go on from their own values while the average is made");
  static final Key<TrainConfig.OnDivergence> ON_DIVERGENCE =
      Key.choice("on_divergence", TrainConfig.OnDivergence.FAIL)
          .means(
              "RoundMaster", "a replica with a NaN ends the run, or is left out of this average");
  static final Key<Integer> MINIMUM_REPLICAS =
      Key.whole("minimum_replicas", 1, 1)
          .means("RoundMaster", "replicas that must be left with on_divergence: drop");
  static final Key<TrainConfig.ExpertWeights> AVERAGE_EXPERTS_BY =
      Key.choice("average_experts_by", TrainConfig.ExpertWeights.EXAMPLES)
          .means("ReplicaWeights", "load: an expert that a replica never chose does not count");
  static final Key<TrainConfig.Master> AVERAGING =
      Key.choice("averaging", TrainConfig.Master.PARROT)
          .means("TrainingLoop", "dl4j: DL4J's own master, through the driver, for comparison");

  private RoundKeys() {}
}
