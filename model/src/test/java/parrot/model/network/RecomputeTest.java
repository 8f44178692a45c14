package parrot.model.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import parrot.model.config.ParrotConfig;
import parrot.model.kernel.KernelProvider;
import parrot.model.kernel.Kernels;
import parrot.model.kernel.Precision;
import parrot.model.network.TinyNetworks.Bound;

/** Activations computed again are the same activations, in less memory. */
class RecomputeTest {
  @ParameterizedTest
  @CsvSource({"reference, F32", "onednn, F32", "onednn, BF16"})
  void givesTheSameBits(String kernels, Precision precision) {
    assumeTrue(
        precision == Precision.F32 || KernelProvider.named("onednn").gainsFromBf16(),
        "this processor computes in float32");
    ParrotConfig config = TinyNetworks.config(Map.of("num_hidden_layers", 3));
    try (Bound keeping = bound(config, kernels, precision, false);
        Bound computing = bound(config, kernels, precision, true)) {
      for (Batch batch :
          List.of(
              TinyNetworks.batch(1),
              TinyNetworks.batchWithSilentSamples(2),
              text(4),
              TinyNetworks.batch(3))) {
        StepResult kept = keeping.network.forwardBackward(batch);
        StepResult computed = computing.network.forwardBackward(batch);
        assertThat(computed.sampleLoss()).isEqualTo(kept.sampleLoss());
        assertThat(computed.routing()).isDeepEqualTo(kept.routing());
        assertThat(computing.gradients.toArray()).isEqualTo(keeping.gradients.toArray());
        assertThat(computing.network.forward(batch).sampleLoss()).isEqualTo(kept.sampleLoss());
      }
    }
  }

  @Test
  void takesLessMemory() {
    ParrotConfig config =
        TinyNetworks.config(
            Map.of(
                "hidden_size", 64,
                "moe_hidden_size", 64,
                "intermediate_size", 256,
                "num_attention_heads", 4,
                "num_hidden_layers", 10,
                "max_position_embeddings", 512,
                "tokenizer_model_max_length", 512));
    Batch batch = text(512);
    try (Bound keeping = bound(config, "onednn", Precision.F32, false);
        Bound computing = bound(config, "onednn", Precision.F32, true)) {
      for (int step = 0; step < 2; step++) {
        keeping.network.forwardBackward(batch);
        computing.network.forwardBackward(batch);
      }
      assertThat(computing.network.workingMemory())
          .isLessThanOrEqualTo(keeping.network.workingMemory() / 2);
      assertThat(computing.gradients.toArray()).isEqualTo(keeping.gradients.toArray());
    }
  }

  private static Bound bound(
      ParrotConfig config, String kernels, Precision precision, boolean recompute) {
    return new Bound(
        config, EnumSet.allOf(Part.class), Kernels.create(kernels, precision, 1), recompute);
  }

  private static Batch text(int tokens) {
    int[] ids = IntStream.range(0, tokens).map(i -> i * 7 % TinyNetworks.VOCABULARY).toArray();
    return Batch.ofText(ids, ids, new int[] {tokens});
  }
}
