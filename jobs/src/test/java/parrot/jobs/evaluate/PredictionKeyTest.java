package parrot.jobs.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import parrot.model.kernel.Precision;

final class PredictionKeyTest {
  private static PredictionKey key(String model, String kernels, String more) {
    String generation = new AnsweringOptions(3, "reference", Precision.F32, 1, false).key() + more;
    return new PredictionKey(
        "1", model, "benchmark", "prompts", generation.replace("reference", kernels));
  }

  @Test
  void knowsAnswersThatOnlyMoveFromTheProcessorToACard() {
    PredictionKey before = key("model", "onednn", "");
    PredictionKey card = key("model", "cuda", "");

    assertThat(card.movesToCard(before)).isTrue();
    assertThat(before.movesToCard(card)).isFalse();
    assertThat(key("another", "cuda", "").movesToCard(before)).isFalse();
    assertThat(key("model", "cuda", ", fast").movesToCard(before)).isFalse();
    assertThat(key("model", "reference", "").movesToCard(before)).isFalse();
  }
}
