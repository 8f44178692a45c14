package parrot.model.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import parrot.model.config.Adapters;
import parrot.model.config.ParrotConfig;
import parrot.model.layer.Routing;
import parrot.model.network.TinyNetworks.Bound;
import parrot.model.tensor.Tensor;

/** Gradients against finite differences, tensor by tensor, with every part trained. */
class NetworkGradientTest {
  private static final double STEP = 1e-2;

  static List<Map<String, Object>> variants() {
    return List.of(
        Map.of(),
        Map.of("tie_word_embeddings", false, "num_key_value_heads", 2),
        Map.of("moe_formula", "paper", "mm_projector_type", "linear"),
        Map.of("use_moe_residual", false, "mm_vision_select_layer", -1),
        Map.of("use_moe", false, "mm_vision_select_feature", "patch"),
        Map.of("moe_top_k", 2, "num_experts", 5),
        Map.of("moe_top_k", 2, "moe_formula", "paper"),
        Map.of("moe_top_k", 1, "num_experts", 4),
        Map.of("model_type", "parrot_qwen3", "head_dim", 8));
  }

  @ParameterizedTest
  @MethodSource("variants")
  void everyGradientIsTheSlopeOfTheLoss(Map<String, Object> changes) {
    checkSlopes(TinyNetworks.config(changes), TinyNetworks.batch(7), null);
  }

  @Test
  void everyGradientOfASiglipIsTheSlopeOfTheLoss() {
    float[] pixels = TinyNetworks.pixels(2, TinyNetworks.SIGLIP_PICTURE, 7);
    checkSlopes(TinyNetworks.siglip(Map.of()), TinyNetworks.batch(pixels), null);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void theBalanceLossHasItsSlopeInTheGradient(int chosen) {
    Routing routing = new Routing(List.of(), 0.7, List.of(0.6, 0.1, 0.3), 0, 0);
    ParrotConfig config = TinyNetworks.config(Map.of("moe_top_k", chosen));
    checkSlopes(config, TinyNetworks.batch(7), routing);
    try (Bound bound = new Bound(config, EnumSet.allOf(Part.class))) {
      bound.network.forwardBackward(TinyNetworks.batch(7));
      float[] without = bound.gradients.toArray();
      bound.network.steer(routing);
      bound.network.forwardBackward(TinyNetworks.batch(7));
      assertThat(bound.gradients.toArray()).isNotEqualTo(without);
      bound.network.steer(null);
      bound.network.forwardBackward(TinyNetworks.batch(7));
      assertThat(bound.gradients.toArray()).isEqualTo(without);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void theZLossHasItsSlopeInTheGradientAndIsNothingIfItsWeightIsZero(int chosen) {
    Routing routing = new Routing(List.of(), 0, List.of(), 0, 0.7);
    ParrotConfig config = TinyNetworks.config(Map.of("moe_top_k", chosen));
    checkSlopes(config, TinyNetworks.batch(7), routing);
    try (Bound bound = new Bound(config, EnumSet.allOf(Part.class))) {
      assertThat(bound.network.forwardBackward(TinyNetworks.batch(7)).logSums()).isEmpty();
      float[] without = bound.gradients.toArray();
      bound.network.steer(routing);
      assertThat(bound.network.forwardBackward(TinyNetworks.batch(7)).logSums())
          .hasSize(TinyNetworks.batch(7).images());
      assertThat(bound.gradients.toArray()).isNotEqualTo(without);
      bound.network.steer(new Routing(List.of(), 0, List.of(), 0, 0));
      bound.network.forwardBackward(TinyNetworks.batch(7));
      assertThat(bound.gradients.toArray()).isEqualTo(without);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void lossesThatPartImagesHaveTheirSlopesInTheGradient(int chosen) {
    Routing routing = new Routing(List.of(), 0, List.of(), 0, 0, 3, 2, 0, false);
    ParrotConfig config = TinyNetworks.config(Map.of("moe_top_k", chosen));
    checkSlopes(config, TinyNetworks.batch(7), routing);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void theOrthogonalityLossHasItsSlopeInTheGradient(int chosen) {
    Routing routing = new Routing(List.of(), 0, List.of(), 0, 0, 0, 0, 0.7, false);
    ParrotConfig config = TinyNetworks.config(Map.of("moe_top_k", chosen));
    checkSlopes(config, TinyNetworks.batch(7), routing);
  }

  @Test
  void oneExpertForAnImageIsComparedWithNone() {
    ParrotConfig config = TinyNetworks.config(Map.of("moe_top_k", 1));
    try (Bound bound = new Bound(config, EnumSet.allOf(Part.class))) {
      bound.network.steer(new Routing(List.of(), 0, List.of(), 0, 0).still());
      assertThat(bound.network.forwardBackward(TinyNetworks.batch(7)).overlaps()).isEmpty();
    }
  }

  @Test
  void expertsThatAreOnlyComparedLearnAsBefore() {
    try (Bound bound = new Bound(TinyNetworks.config(Map.of()), EnumSet.allOf(Part.class))) {
      assertThat(bound.network.forwardBackward(TinyNetworks.batch(7)).overlaps()).isEmpty();
      float[] without = bound.gradients.toArray();
      bound.network.steer(new Routing(List.of(), 0, List.of(), 0, 0).still());
      float[] overlaps = bound.network.forwardBackward(TinyNetworks.batch(7)).overlaps();
      assertThat(overlaps).hasSize(TinyNetworks.batch(7).images());
      for (float overlap : overlaps) {
        assertThat(overlap).isBetween(0f, 1f);
      }
      assertThat(bound.gradients.toArray()).isEqualTo(without);
    }
  }

  @Test
  void aBalancedLoadPullsAtNoExpert() {
    ParrotConfig config = TinyNetworks.config(Map.of());
    double third = 1.0 / 3;
    try (Bound bound = new Bound(config, EnumSet.allOf(Part.class))) {
      bound.network.forwardBackward(TinyNetworks.batch(7));
      float[] without = bound.gradients.toArray();
      bound.network.steer(new Routing(List.of(), 1, List.of(third, third, third), 0, 0));
      bound.network.forwardBackward(TinyNetworks.batch(7));
      assertThat(bound.gradients.toArray()).containsExactly(without, Offset.offset(1e-6f));
    }
  }

  @Test
  void samplesOfWhichNothingIsSupervisedDoNotBendTheSlopes() {
    checkSlopes(TinyNetworks.config(Map.of()), TinyNetworks.batchWithSilentSamples(5), null);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "q_proj",
        "v_proj",
        "o_proj",
        "up_proj",
        "down_proj",
        "projector",
        "vision.v_proj",
        "vision.fc1",
        "experts.down_proj",
        "all"
      })
  void everyGradientOfAnAdapterIsTheSlopeOfTheLoss(String layer) {
    List<String> on = layer.equals("all") ? Adapters.ALL : List.of(layer);
    checkSlopes(TinyNetworks.adapted(3, 4.5, on), TinyNetworks.batch(7), null);
  }

  @Test
  void soItIsWhenAdaptersDropHalfOfTheirInputs() {
    Adapters adapters = new Adapters(3, 4.5, Adapters.ALL, 0.5);
    checkSlopes(TinyNetworks.adapted(adapters), TinyNetworks.batch(7), null);
  }

  private static void checkSlopes(ParrotConfig config, Batch batch, Routing routing) {
    try (Bound bound = new Bound(config, EnumSet.allOf(Part.class))) {
      bound.network.steer(routing);
      Loss loss = new Loss(routing, bound.network.forwardBackward(batch).selected());
      Random random = new Random(11);
      Map<Parameter, float[]> gradients = new LinkedHashMap<>();
      bound.network.parameters().forEach(one -> gradients.put(one, bound.gradient(one)));
      for (Parameter parameter : bound.network.parameters()) {
        float[] gradient = gradients.get(parameter);
        double[] direction = direction(gradient, random);
        double expected = 0;
        for (int i = 0; i < gradient.length; i++) {
          expected += gradient[i] * direction[i];
        }
        double wide = slope(bound, parameter, direction, STEP, batch, loss);
        double narrow = slope(bound, parameter, direction, STEP / 2, batch, loss);
        assertThat((4 * narrow - wide) / 3) // what bends the loss cancels
            .as(parameter.name())
            .isCloseTo(expected, Offset.offset(0.02 * Math.abs(expected) + 3e-4));
      }
    }
  }

  @Test
  void onlyTrainedPartsHaveParametersAndTheirGradientsDoNotDependOnWhatElseLearns() {
    ParrotConfig config = TinyNetworks.config(Map.of());
    Batch batch = TinyNetworks.batch(3);
    try (Bound all = new Bound(config, EnumSet.allOf(Part.class));
        Bound projector = new Bound(config, EnumSet.of(Part.PROJECTOR))) {
      all.network.forwardBackward(batch);
      projector.network.forwardBackward(batch);
      assertThat(projector.parameterNames())
          .containsExactly(
              "model.mm_projector.0.weight",
              "model.mm_projector.0.bias",
              "model.mm_projector.2.weight",
              "model.mm_projector.2.bias");
      for (Parameter parameter : projector.network.parameters()) {
        Parameter same =
            all.network.parameters().stream()
                .filter(other -> other.name().equals(parameter.name()))
                .findFirst()
                .orElseThrow();
        assertThat(projector.gradient(parameter)).isEqualTo(all.gradient(same));
      }
    }
  }

  @Test
  void aSampleOfWhichNothingIsSupervisedChangesNothing() {
    ParrotConfig config = TinyNetworks.config(Map.of());
    Batch with = TinyNetworks.batchWithSilentSamples(5);
    Batch without = without(with, 1);
    try (Bound bound = new Bound(config, EnumSet.allOf(Part.class))) {
      StepResult all = bound.network.forwardBackward(with);
      float[] gradients = bound.gradients.toArray();
      StepResult spoken = bound.network.forwardBackward(without);
      assertThat(all.sampleTokens()).containsExactly(2, 0, 2, 2, 0);
      assertThat(all.sampleLoss()[1]).isZero();
      assertThat(all.sampleLoss()[4]).isZero();
      assertThat(all.routing()).hasDimensions(3, 3);
      assertThat(spoken.routing()).hasDimensions(2, 3);
      assertThat(all.meanLoss()).isCloseTo(spoken.meanLoss(), Offset.offset(1e-6));
      assertThat(gradients).containsExactly(bound.gradients.toArray(), Offset.offset(1e-6f));
    }
  }

  /** The batch without one of its samples with an image. */
  private static Batch without(Batch batch, int silent) {
    int from = Arrays.stream(batch.lengths(), 0, silent).sum();
    int to = from + batch.lengths()[silent];
    int size = batch.pixels().columns();
    float[] pixels = batch.pixels().toArray();
    return new Batch(
        cut(batch.tokenIds(), from, to),
        cut(batch.labels(), from, to),
        cut(batch.lengths(), silent, silent + 1),
        concat(
            Arrays.copyOf(pixels, silent * size),
            Arrays.copyOfRange(pixels, (silent + 1) * size, pixels.length)),
        Arrays.stream(batch.imageSamples())
            .filter(sample -> sample != silent)
            .map(sample -> sample > silent ? sample - 1 : sample)
            .toArray());
  }

  private static int[] cut(int[] values, int from, int to) {
    return IntStream.range(0, values.length)
        .filter(i -> i < from || i >= to)
        .map(i -> values[i])
        .toArray();
  }

  private static float[] concat(float[] first, float[] second) {
    float[] all = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, all, first.length, second.length);
    return all;
  }

  /** Whatever stood in their memory: of a step with images, or of none. */
  @Test
  void aSampleOfTextLeavesProjectorAndExpertsWithoutGradient() {
    ParrotConfig config = TinyNetworks.config(Map.of());
    int ignore = Batch.IGNORE;
    Batch text =
        Batch.ofText(new int[] {1, 2, 3, 4}, new int[] {ignore, ignore, 3, 4}, new int[] {4});
    Batch silent = Batch.ofText(new int[] {1, 2}, new int[] {ignore, ignore}, new int[] {2});
    try (Bound bound = new Bound(config, EnumSet.allOf(Part.class))) {
      float[] unknown = new float[(int) bound.gradients.size()];
      Arrays.fill(unknown, Float.NaN);
      bound.gradients.set(unknown);
      StepResult result = bound.network.forwardBackward(text);
      assertThat(result.routing()).isEmpty();
      assertThat(result.supervisedTokens()).isEqualTo(2);
      assertOnlyTheDecoderLearns(bound);
      bound.network.forwardBackward(TinyNetworks.batch(3));
      for (Parameter parameter : bound.network.parameters()) {
        assertThat(norm(bound.gradient(parameter))).as(parameter.name()).isPositive();
      }
      bound.network.forwardBackward(text);
      assertOnlyTheDecoderLearns(bound);
      StepResult nothing = bound.network.forwardBackward(silent);
      assertThat(nothing.meanLoss()).isZero();
      assertThat(bound.gradients.toArray()).containsOnly(0);
    }
  }

  private static void assertOnlyTheDecoderLearns(Bound bound) {
    for (Parameter parameter : bound.network.parameters()) {
      boolean visual = parameter.part() != Part.DECODER;
      assertThat(norm(bound.gradient(parameter)) == 0).as(parameter.name()).isEqualTo(visual);
    }
  }

  /** Mostly along the gradient, so that the slope stands out of float32's rounding. */
  private static double[] direction(float[] gradient, Random random) {
    double norm = norm(gradient);
    double[] direction = new double[gradient.length];
    double length = 0;
    for (int i = 0; i < direction.length; i++) {
      double along = norm == 0 ? 0 : gradient[i] / norm;
      direction[i] = along + 0.5 * random.nextGaussian() / Math.sqrt(direction.length);
      length += direction[i] * direction[i];
    }
    for (int i = 0; i < direction.length; i++) {
      direction[i] /= Math.sqrt(length);
    }
    return direction;
  }

  private static double slope(
      Bound bound, Parameter parameter, double[] direction, double step, Batch batch, Loss loss) {
    double above = loss(bound, parameter, direction, step, batch, loss);
    double below = loss(bound, parameter, direction, -step, batch, loss);
    return (above - below) / (2 * step);
  }

  private static double loss(
      Bound bound, Parameter parameter, double[] direction, double step, Batch batch, Loss loss) {
    int from = Math.toIntExact(parameter.offset());
    Tensor values = bound.parameters.columns(from, from + direction.length);
    float[] before = values.toArray();
    float[] moved = before.clone();
    for (int i = 0; i < moved.length; i++) {
      moved[i] += (float) (step * direction[i]);
    }
    values.set(moved);
    boolean drops = bound.network.config().adapters().stream().anyMatch(a -> a.dropout() > 0);
    double value =
        loss.of(drops ? bound.network.forwardBackward(batch) : bound.network.forward(batch));
    values.set(before);
    return value;
  }

  /**
   * What is descended on, while the selection stays.
   *
   * @param routing null for no loss on it
   * @param selected experts by image
   */
  private record Loss(Routing routing, int[][] selected) {
    double of(StepResult result) {
      assertThat(result.selected()).as("the selection at a step aside").isDeepEqualTo(selected);
      return result.meanLoss()
          + (routing == null || routing.load().isEmpty() ? 0 : balance(result.probabilities()))
          + (routing == null ? 0 : size(result.logSums()) + parting(result.probabilities()))
          + (routing == null ? 0 : likeness(result.overlaps()));
    }

    /** Mean over the images that two experts computed for. */
    private double likeness(float[] overlaps) {
      double sum = 0;
      int images = 0;
      for (float overlap : overlaps) {
        if (!Float.isNaN(overlap)) {
          sum += overlap;
          images++;
        }
      }
      return images == 0 ? 0 : routing.orthogonality() * sum / images;
    }

    /** Less the variance and the mutual information of image and expert, each with its weight. */
    private double parting(float[][] probabilities) {
      double loss = 0;
      for (int j = 0; j < probabilities[0].length; j++) {
        double mean = 0;
        for (float[] image : probabilities) {
          mean += (double) image[j] / probabilities.length;
        }
        for (float[] image : probabilities) {
          loss -= routing.variance() * Math.pow(image[j] - mean, 2) / probabilities.length;
          loss -=
              routing.information() * image[j] * Math.log(image[j] / mean) / probabilities.length;
        }
      }
      return loss;
    }

    /** Mean square of the log-sum-exp. */
    private double size(float[] logSums) {
      double sum = 0;
      for (float logSum : logSums) {
        sum += (double) logSum * logSum / logSums.length;
      }
      return routing.zLoss() * sum;
    }

    /** E sum_i f_i mean p_i. */
    private double balance(float[][] probabilities) {
      double sum = 0;
      for (float[] image : probabilities) {
        for (int i = 0; i < image.length; i++) {
          sum += routing.load().get(i) * image[i] / probabilities.length;
        }
      }
      return routing.lossWeight() * routing.load().size() * sum;
    }
  }

  private static double norm(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += (double) value * value;
    }
    return Math.sqrt(sum);
  }
}
