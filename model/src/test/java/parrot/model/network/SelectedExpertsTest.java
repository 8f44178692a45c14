package parrot.model.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import parrot.model.config.ParrotConfig;
import parrot.model.kernel.KernelProvider;
import parrot.model.kernel.Kernels;
import parrot.model.kernel.Precision;
import parrot.model.layer.Routing;
import parrot.model.network.TinyNetworks.Bound;
import parrot.model.tensor.Tensor;

/** Experts that are chosen compute for the images that chose them; the others compute nothing. */
class SelectedExpertsTest {
  private static final int VISUAL_TOKENS = 5;

  /** Tensors with less than this share of the largest gradient are rounding of the others. */
  private static final double NEGLIGIBLE = 1e-2;

  private static final ParrotConfig TWO_OF_FIVE =
      TinyNetworks.config(Map.of("num_experts", 5, "moe_top_k", 2));

  private static Bound bound(ParrotConfig config, Kernels kernels) {
    return new Bound(config, EnumSet.allOf(Part.class), kernels, false);
  }

  private static Routing favouring(Double... bias) {
    return new Routing(List.of(bias), 0, List.of(), 0, 0);
  }

  @Test
  void anExpertThatNobodyChoseCausesNoProducts() {
    CountingKernels counting = new CountingKernels(TinyNetworks.reference());
    try (Bound bound = bound(TWO_OF_FIVE, counting.kernels())) {
      bound.network.steer(favouring(0.0, 9.0, 0.0, 9.0, 0.0));
      counting.forget();
      StepResult result = bound.network.forwardBackward(TinyNetworks.batchWithSilentSamples(3));
      assertThat(List.of(result.selected())).containsOnly(new int[] {1, 3});
      for (Parameter parameter : bound.network.parameters()) {
        if (parameter.name().contains(".experts.")) {
          boolean chosen = parameter.name().matches(".*\\.experts\\.[13]\\..*");
          assertThat(counting.rowsThrough(value(bound, parameter))).hasSize(chosen ? 2 : 0);
          assertThat(counting.rowsThrough(gradient(bound, parameter))).hasSize(chosen ? 1 : 0);
          boolean taught =
              !Arrays.equals(bound.gradient(parameter), new float[(int) parameter.size()]);
          assertThat(taught).as(parameter.name()).isEqualTo(chosen);
        }
      }
    }
  }

  @Test
  void anExpertComputesTheRowsOfTheImagesThatChoseIt() {
    CountingKernels counting = new CountingKernels(TinyNetworks.reference());
    try (Bound bound = bound(TWO_OF_FIVE, counting.kernels())) {
      counting.forget();
      StepResult result = bound.network.forward(TinyNetworks.batchWithSilentSamples(3));
      int[] images = new int[5];
      Arrays.stream(result.selected()).flatMapToInt(Arrays::stream).forEach(i -> images[i]++);
      assertThat(images).contains(1).doesNotContain(3); // the experts differ
      for (int expert = 0; expert < 5; expert++) {
        List<Integer> rows =
            counting.rowsThrough(value(bound, "experts." + expert + ".up_proj.weight"));
        assertThat(rows)
            .isEqualTo(images[expert] == 0 ? List.of() : List.of(images[expert] * VISUAL_TOKENS));
      }
    }
  }

  private static Tensor value(Bound bound, String end) {
    return bound.network.parameters().stream()
        .filter(parameter -> parameter.name().endsWith(end))
        .map(parameter -> value(bound, parameter))
        .findFirst()
        .orElseThrow();
  }

  private static Tensor value(Bound bound, Parameter parameter) {
    return part(bound.parameters, parameter);
  }

  private static Tensor gradient(Bound bound, Parameter parameter) {
    return part(bound.gradients, parameter);
  }

  private static Tensor part(Tensor flat, Parameter parameter) {
    return flat.columns((int) parameter.offset(), (int) (parameter.offset() + parameter.size()));
  }

  @ParameterizedTest
  @CsvSource({"F32, 1, 1e-4", "F32, 2, 1e-4", "F32, 4, 1e-4", "BF16, 2, 0.2"})
  void fastKernelsGiveTheGradientsOfThePlainOnes(Precision precision, int k, double tolerance) {
    assumeTrue(
        precision == Precision.F32 || KernelProvider.named("onednn").gainsFromBf16(),
        "this processor computes in float32");
    ParrotConfig config = TinyNetworks.config(Map.of("num_experts", 5, "moe_top_k", k));
    Batch batch = TinyNetworks.batchWithSilentSamples(3);
    Routing routing =
        new Routing(
            List.of(0.01, 0.0, -0.02, 0.0, 0.01), 0.5, List.of(0.4, 0.3, 0.1, 0.1, 0.1), 0, 0);
    try (Bound plain = bound(config, TinyNetworks.reference());
        Bound fast = bound(config, Kernels.create("onednn", precision, 2))) {
      plain.network.steer(routing);
      fast.network.steer(routing);
      StepResult expected = plain.network.forwardBackward(batch);
      StepResult actual = fast.network.forwardBackward(batch);
      assertThat(actual.selected()).isDeepEqualTo(expected.selected());
      assertThat(actual.lossSum()).isCloseTo(expected.lossSum(), Offset.offset(tolerance));
      double largest =
          plain.network.parameters().stream()
              .mapToDouble(parameter -> norm(plain.gradient(parameter)))
              .max()
              .orElseThrow();
      for (Parameter parameter : plain.network.parameters()) {
        float[] gradient = plain.gradient(parameter);
        double size = Math.max(norm(gradient), NEGLIGIBLE * largest);
        assertThat(norm(difference(fast.gradient(parameter), gradient)))
            .as(parameter.name())
            .isLessThan(tolerance * size);
      }
    }
  }

  private static float[] difference(float[] a, float[] b) {
    float[] difference = a.clone();
    for (int i = 0; i < a.length; i++) {
      difference[i] -= b[i];
    }
    return difference;
  }

  private static double norm(float[] values) {
    double squares = 0;
    for (float value : values) {
      squares += (double) value * value;
    }
    return Math.sqrt(squares);
  }

  @Test
  void choosingAllIsDenseRouting() {
    ParrotConfig all = TinyNetworks.config(Map.of("num_experts", 5, "moe_top_k", 5));
    ParrotConfig fourOfFive = TinyNetworks.config(Map.of("num_experts", 5, "moe_top_k", 4));
    Batch batch = TinyNetworks.batch(3);
    try (Bound bound = bound(all, TinyNetworks.reference());
        Bound most = bound(fourOfFive, TinyNetworks.reference())) {
      StepResult dense = bound.network.forwardBackward(batch);
      assertThat(dense.routing()).isDeepEqualTo(dense.probabilities());
      assertThat(List.of(dense.selected())).containsOnly(new int[] {0, 1, 2, 3, 4});
      StepResult result = most.network.forwardBackward(batch);
      assertThat(result.probabilities()).isDeepEqualTo(dense.probabilities());
      for (int image = 0; image < 2; image++) {
        int least = 10 - Arrays.stream(result.selected()[image]).sum();
        float left = 1 - dense.probabilities()[image][least];
        for (int expert : result.selected()[image]) {
          assertThat(result.routing()[image][expert])
              .isCloseTo(dense.routing()[image][expert] / left, Offset.offset(1e-6f));
        }
        assertThat(result.routing()[image][least]).isZero();
      }
    }
  }

  @Test
  void theBiasDecidesWhoComputesAndNothingElse() {
    Batch batch = TinyNetworks.batchWithSilentSamples(3);
    try (Bound bound = bound(TWO_OF_FIVE, TinyNetworks.reference())) {
      bound.network.steer(favouring(1.0, 1.0, 0.0, 0.0, 0.0));
      StepResult slightly = bound.network.forwardBackward(batch);
      float[] gradients = bound.gradients.toArray();
      bound.network.steer(favouring(7.0, 3.0, -5.0, 0.0, 0.0));
      StepResult strongly = bound.network.forwardBackward(batch);
      assertThat(List.of(strongly.selected())).containsOnly(new int[] {0, 1});
      assertThat(strongly.routing()).isDeepEqualTo(slightly.routing());
      assertThat(strongly.sampleLoss()).isEqualTo(slightly.sampleLoss());
      assertThat(bound.gradients.toArray()).isEqualTo(gradients);
    }
  }

  @Test
  void generationSelectsAsTheConfigurationSays() {
    ParrotConfig config = TWO_OF_FIVE.withSelectionBias(List.of(0.0, 0.0, 9.0, 9.0, 0.0));
    CountingKernels counting = new CountingKernels(TinyNetworks.reference());
    try (Bound bound = bound(config, counting.kernels())) {
      counting.forget();
      bound.network.embed(
          new int[] {4, Batch.IMAGE, 7}, bound.network.encode(TinyNetworks.pixels(1, 3)));
      for (int expert = 0; expert < 5; expert++) {
        List<Integer> rows =
            counting.rowsThrough(value(bound, "experts." + expert + ".down_proj.weight"));
        assertThat(rows).hasSize(expert == 2 || expert == 3 ? 1 : 0);
      }
    }
  }
}
