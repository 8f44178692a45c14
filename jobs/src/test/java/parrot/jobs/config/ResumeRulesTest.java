package parrot.jobs.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ResumeRulesTest {
  private static boolean mayChange(String key) {
    return ResumeRules.reasonToStay(key).isEmpty();
  }

  @Test
  void aResumeChangesLengthRatesBatchDataAndWhatIsWatchedOrKept() {
    assertThat(TrainKeys.paths().stream().filter(path -> mayChange(path.replace("[]", ""))))
        .containsExactly(
            "out",
            "on_end",
            "on_alarm",
            "tensorboard",
            "data",
            "data[].folder",
            "data[].weight",
            "mixture.temperature",
            "mixture.weights",
            "held_out.data",
            "held_out.every",
            "held_out.examples",
            "epochs",
            "max_steps",
            "max_examples",
            "stop.patience",
            "stop.on",
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
            "checkpoints.every",
            "checkpoints.keep",
            "checkpoints.keep_every",
            "checkpoints.keep_best",
            "checkpoints.dtype",
            "average_last",
            "benchmark.files",
            "benchmark.every",
            "benchmark.limit");
  }

  @Test
  void whatAKeyHoldsFollowsTheKey() {
    assertThat(mayChange("optimizer.rates.experts")).isTrue();
    assertThat(mayChange("optimizer.rates.router")).isTrue();
    assertThat(mayChange("model.config.moe_top_k")).isFalse();
    assertThat(mayChange("a_key_of_a_later_version")).isFalse();
  }
}
