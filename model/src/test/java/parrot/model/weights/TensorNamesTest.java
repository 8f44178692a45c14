package parrot.model.weights;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TensorNamesTest {
  @ParameterizedTest
  @CsvSource({
    "model.moe_model.experts.0.up_proj.weight, 0",
    "model.moe_model.experts.3.gate_proj.weight, 3",
    "model.moe_model.experts.12.down_proj.weight, 12",
    "model.moe_model.gate.weight, -1",
    "model.layers.3.mlp.gate_proj.weight, -1",
    "model.mm_projector.0.weight, -1",
    "the.model.moe_model.experts.3.up_proj.weight, -1"
  })
  void knowTheExpertThatATensorBelongsTo(String name, int expert) {
    assertThat(TensorNames.expert(name)).isEqualTo(expert);
  }
}
