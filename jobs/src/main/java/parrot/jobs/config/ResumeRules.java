package parrot.jobs.config;

import static java.util.Map.entry;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Which keys of its configuration a run may change when it is resumed, and why others stay. */
public final class ResumeRules {
  /** Keys, or sections with all their keys. */
  private static final Set<String> MAY_CHANGE =
      Set.of(
          "out",
          "data",
          "mixture",
          "held_out",
          "epochs",
          "max_steps",
          "max_examples",
          "stop",
          "on_end",
          "on_alarm",
          "tensorboard",
          "replicas",
          "average_every",
          "batch_size",
          "on_divergence",
          "minimum_replicas",
          "optimizer.learning_rate",
          "optimizer.rates",
          "optimizer.schedule",
          "optimizer.warmup_steps",
          "optimizer.warmup_ratio",
          "optimizer.minimum_rate",
          "optimizer.weight_decay",
          "optimizer.weight_decays",
          "optimizer.clip_norm",
          "kernels.threads",
          "recompute",
          "balance.z_loss",
          "balance.variance_loss",
          "balance.information_loss",
          "balance.orthogonality_loss",
          "balance.freeze_after",
          "balance.alarm_violation",
          "balance.alarm_dead_load",
          "checkpoints",
          "benchmark",
          "average_last");

  private static final String PARTS = "the state holds values and moments of these parts alone";
  private static final String ROWS = "it decides which rows have been trained on";
  private static final String ROUNDS = "the state of the rounds was made with it";

  private static final Map<String, String> REASONS =
      Map.ofEntries(
          entry("stage", PARTS),
          entry("train", PARTS),
          entry("adapters", PARTS),
          entry("use_moe", "the model was trained this way"),
          entry("model", "a run goes on from the model that it began with"),
          entry("seed", ROWS),
          entry("where", ROWS),
          entry("limits", ROWS),
          entry("hold_out", ROWS),
          entry("optimizer", "the moments were made with it"),
          entry("kernels", "the run was computed with it"),
          entry("state", "the run was computed with it"),
          entry("balance", "the experts were steered with it"));

  private ResumeRules() {}

  /**
   * Why a key keeps its value.
   *
   * @param key with dots
   * @return empty if it may change
   */
  public static Optional<String> reasonToStay(String key) {
    for (int end = key.length(); end > 0; end = key.lastIndexOf('.', end - 1)) {
      if (MAY_CHANGE.contains(key.substring(0, end))) {
        return Optional.empty();
      }
    }
    return Optional.of(REASONS.getOrDefault(key.split("\\.")[0], ROUNDS));
  }
}
