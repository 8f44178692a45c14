package parrot.jobs.balance;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import parrot.datasets.UsageException;
import parrot.model.config.ParrotConfig;
import parrot.model.config.VisionConfig;

class BalanceConfigTest {
  private static ParrotConfig model(boolean useMoe, int choices) {
    ObjectNode vision = JsonNodeFactory.instance.objectNode();
    vision.put("model_type", "clip_vision_model").put("hidden_size", 12);
    vision.put("intermediate_size", 16).put("num_hidden_layers", 2);
    vision.put("num_attention_heads", 2).put("image_size", 14).put("patch_size", 7);
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("model_type", "parrot_qwen2").put("hidden_size", 16).put("intermediate_size", 24);
    json.put("num_hidden_layers", 1).put("num_attention_heads", 2).put("vocab_size", 40);
    json.put("mm_vision_select_layer", -2).put("mm_vision_select_feature", "cls_patch");
    json.put("mm_vision_tower", "vision").put("use_moe", useMoe).put("num_experts", 6);
    json.put("moe_intermediate_size", 8).put("moe_top_k", choices);
    return ParrotConfig.of(json, VisionConfig.of(vision, "the test"), "the test");
  }

  private static BalanceConfig config(OptionalDouble rate, double lossWeight) {
    return new BalanceConfig(
        new BalanceConfig.Bias(rate, BalanceConfig.Update.SOLVE, OptionalDouble.empty()),
        new BalanceConfig.Loss(lossWeight, 10 * lossWeight, 0.3),
        0,
        0.9,
        new BalanceConfig.Alarm(1, 0.05));
  }

  private static BalanceConfig zLoss(double weight) {
    return new BalanceConfig(USUAL.bias(), USUAL.loss(), weight, 0.9, USUAL.alarm());
  }

  private static BalanceConfig within(double pace) {
    return new BalanceConfig(
        new BalanceConfig.Bias(
            OptionalDouble.empty(), BalanceConfig.Update.SOLVE, OptionalDouble.of(pace)),
        new BalanceConfig.Loss(0, 0, 0.3),
        0,
        0.9,
        new BalanceConfig.Alarm(1, 0.05));
  }

  private static BalanceConfig orthogonality(double weight) {
    return new BalanceConfig(USUAL.bias(), USUAL.loss(), 0, 0, 0, weight, 0.9, USUAL.alarm());
  }

  private static final BalanceConfig USUAL = config(OptionalDouble.empty(), 0);
  private static final BalanceConfig BIAS = config(OptionalDouble.of(0.01), 0);
  private static final BalanceConfig LOSS = config(OptionalDouble.empty(), 0.02);

  @Test
  void whatSteersFitsTheModel() {
    assertThatCode(
            () -> {
              for (int choices : new int[] {2, 6}) {
                USUAL.requireFit(model(true, choices), false);
                USUAL.requireFit(model(false, choices), false);
                LOSS.requireFit(model(true, choices), true);
                zLoss(0.001).requireFit(model(true, choices), true);
                orthogonality(0.01).requireFit(model(true, choices), true);
              }
              BIAS.requireFit(model(true, 2), false);
            })
        .doesNotThrowAnyException();
  }

  @Test
  void refusesWhatWouldSteerNothing() {
    assertThatThrownBy(() -> BIAS.requireFit(model(true, 6), true))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "Invalid balance.update_rate: 0.01 (must be absent if every expert computes:"
                + " moe_top_k is num_experts, 6; set model.config.moe_top_k to fewer, or"
                + " balance.loss_weight instead)");
    assertThatThrownBy(() -> BIAS.requireFit(model(false, 2), true))
        .hasMessage(
            "Invalid balance.update_rate: 0.01 (must be absent if use_moe is false: there are no"
                + " experts)");
    assertThatThrownBy(() -> within(0.1).requireFit(model(true, 6), true))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith(
            "Invalid balance.within_round: 0.1 (must be absent if every expert computes:");
    assertThatThrownBy(() -> LOSS.requireFit(model(false, 6), false))
        .hasMessage(
            "Invalid balance.loss_weight: 0.02 (must be 0 if use_moe is false: there are no"
                + " experts)");
    assertThatThrownBy(() -> LOSS.requireFit(model(true, 6), false))
        .hasMessage(
            "Invalid balance.loss_weight: 0.02 (must be 0 if experts are not among train: the"
                + " router does not learn)");
    assertThatThrownBy(() -> zLoss(0.001).requireFit(model(false, 6), true))
        .hasMessage(
            "Invalid balance.z_loss: 0.001 (must be 0 if use_moe is false: there are no experts)");
    assertThatThrownBy(() -> zLoss(0.001).requireFit(model(true, 2), false))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "Invalid balance.z_loss: 0.001 (must be 0 if experts are not among train: the router"
                + " does not learn)");
    assertThatThrownBy(() -> orthogonality(0.01).requireFit(model(true, 1), true))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "Invalid balance.orthogonality_loss: 0.01 (must be 0 if one expert computes for an"
                + " image: there is no other output to compare)");
    assertThatThrownBy(() -> orthogonality(0.01).requireFit(model(true, 2), false))
        .hasMessageStartingWith(
            "Invalid balance.orthogonality_loss: 0.01 (must be 0 if experts are not among train:");
  }
}
