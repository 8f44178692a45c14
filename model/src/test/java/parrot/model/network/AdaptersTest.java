package parrot.model.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import parrot.model.config.Adapters;
import parrot.model.config.ParrotConfig;
import parrot.model.kernel.Kernels;
import parrot.model.kernel.Precision;
import parrot.model.network.TinyNetworks.Bound;
import parrot.model.weights.FloatSink;
import parrot.model.weights.Initializer;
import parrot.model.weights.TensorNames;
import parrot.model.weights.TensorSpec;
import parrot.model.weights.Weights;

/** LoRA's factors beside frozen layers of the decoder. */
class AdaptersTest {
  private static final int RANK = 3;
  private static final double ALPHA = 6;
  private static final List<String> ON = List.of("v_proj", "q_proj", "down_proj");
  private static final ParrotConfig CONFIG = TinyNetworks.adapted(RANK, ALPHA, ON);

  @Test
  void theFactorsAndNothingElseOfTheDecoderAreTrained() {
    List<Parameter> parameters = ParrotNetwork.parameters(CONFIG, EnumSet.of(Part.ADAPTERS));
    assertThat(parameters)
        .extracting(Parameter::name)
        .containsExactlyInAnyOrderElementsOf(
            TensorNames.adapters(CONFIG).stream().map(TensorSpec::name).toList())
        .startsWith(
            "model.layers.0.self_attn.q_proj.lora_A.weight",
            "model.layers.0.self_attn.q_proj.lora_B.weight",
            "model.layers.0.self_attn.v_proj.lora_A.weight")
        .hasSize(2 * 3 * CONFIG.decoder().numHiddenLayers());
    assertThat(parameters).allMatch(parameter -> parameter.part() == Part.ADAPTERS);
    assertThat(parameters.get(2))
        .extracting(Parameter::rows, Parameter::columns)
        .contains(RANK, 12);
    assertThat(parameters.get(3)).extracting(Parameter::rows, Parameter::columns).contains(6, RANK);
  }

  @Test
  void atTheStartTheModelComputesWhatItComputesWithoutThem() {
    Weights fresh = weights(CONFIG, true);
    try (Bound with = bound(CONFIG, Set.of(Part.ADAPTERS), fresh, false);
        Bound without =
            bound(CONFIG.withAdapters(Optional.empty()), Set.of(Part.DECODER), fresh, false)) {
      Batch batch = TinyNetworks.batch(5);
      assertThat(with.network.forwardBackward(batch).sampleLoss())
          .isEqualTo(without.network.forwardBackward(batch).sampleLoss());
      for (Parameter parameter : with.network.parameters()) {
        boolean learns = parameter.name().endsWith("lora_B.weight");
        boolean zero = new Values(with.gradient(parameter)).areZero();
        assertThat(zero).as(parameter.name()).isEqualTo(!learns);
      }
    }
  }

  @Test
  void mergedComputesTheSame() {
    Weights weights = weights(CONFIG, false);
    Weights merged = merged(weights);
    Batch batch = TinyNetworks.batch(5);
    try (Bound apart = bound(CONFIG, Set.of(), weights, false);
        Bound together = bound(CONFIG.withAdapters(Optional.empty()), Set.of(), merged, false);
        Bound bare = bound(CONFIG.withAdapters(Optional.empty()), Set.of(), weights, false)) {
      float[] logits = apart.network.trace(batch).logits();
      assertThat(logits)
          .containsExactly(together.network.trace(batch).logits(), Offset.offset(1e-5f));
      assertThat(new Values(logits).distance(bare.network.trace(batch).logits()))
          .isGreaterThan(1e-2);
    }
  }

  /** The gradient that reaches the projector goes through the adapters. */
  @Test
  void partsBelowGetTheGradientOfTheMergedModel() {
    Weights weights = weights(CONFIG, false);
    ParrotConfig plain = CONFIG.withAdapters(Optional.empty());
    Batch batch = TinyNetworks.batch(5);
    try (Bound apart = bound(CONFIG, Set.of(Part.PROJECTOR), weights, false);
        Bound together = bound(plain, Set.of(Part.PROJECTOR), merged(weights), false)) {
      apart.network.forwardBackward(batch);
      together.network.forwardBackward(batch);
      assertThat(apart.gradients.toArray())
          .containsExactly(together.gradients.toArray(), Offset.offset(1e-5f));
    }
  }

  @Test
  void computingActivationsAgainChangesNoBit() {
    Weights weights = weights(CONFIG, false);
    Set<Part> trained = EnumSet.of(Part.ADAPTERS, Part.PROJECTOR, Part.EXPERTS);
    Batch batch = TinyNetworks.batch(5);
    try (Bound kept = bound(CONFIG, trained, weights, false);
        Bound again = bound(CONFIG, trained, weights, true)) {
      kept.network.forwardBackward(batch);
      again.network.forwardBackward(batch);
      assertThat(again.gradients.toArray()).isEqualTo(kept.gradients.toArray());
    }
  }

  @Test
  void thePartsBelowNeedNotLearnWholeForTheirAdaptersToLearn() {
    ParrotConfig config = TinyNetworks.adapted(RANK, ALPHA, Adapters.ALL);
    Batch batch = TinyNetworks.batch(5);
    try (Bound all = new Bound(config, EnumSet.allOf(Part.class));
        Bound alone = new Bound(config, EnumSet.of(Part.ADAPTERS))) {
      all.network.forwardBackward(batch);
      alone.network.forwardBackward(batch);
      assertThat(alone.parameterNames())
          .contains(
              "vision_model.encoder.layers.1.mlp.fc2.lora_B.weight",
              "model.mm_projector.2.lora_A.weight",
              "model.moe_model.experts.2.up_proj.lora_A.weight")
          .noneMatch(name -> name.contains("encoder.layers.2")); // computes nothing
      for (Parameter parameter : alone.network.parameters()) {
        Parameter same =
            all.network.parameters().stream()
                .filter(other -> other.name().equals(parameter.name()))
                .findFirst()
                .orElseThrow();
        assertThat(alone.gradient(parameter))
            .as(parameter.name())
            .isEqualTo(all.gradient(same))
            .isNotEqualTo(new float[(int) parameter.size()]);
      }
    }
  }

  @Test
  void whatIsDroppedDependsOnStepAndBatchAndNothingIsDroppedOutsideOfTraining() {
    ParrotConfig config = TinyNetworks.adapted(new Adapters(RANK, ALPHA, Adapters.ALL, 0.3));
    Batch batch = TinyNetworks.batch(5);
    try (Bound dropping = new Bound(config, Set.of(Part.ADAPTERS));
        Bound again = new Bound(config, Set.of(Part.ADAPTERS), TinyNetworks.reference(), true);
        Bound without =
            new Bound(TinyNetworks.adapted(RANK, ALPHA, Adapters.ALL), Set.of(Part.ADAPTERS))) {
      double loss = dropping.network.forwardBackward(batch, 7, end -> {}).meanLoss();
      float[] gradients = dropping.gradients.toArray();
      assertThat(again.network.forwardBackward(batch, 7, end -> {}).meanLoss()).isEqualTo(loss);
      assertThat(again.gradients.toArray()).isEqualTo(gradients);
      assertThat(dropping.network.forwardBackward(batch, 8, end -> {}).meanLoss())
          .isNotEqualTo(loss);
      assertThat(dropping.network.forward(batch).meanLoss())
          .isNotEqualTo(loss)
          .isEqualTo(without.network.forward(batch).meanLoss());
    }
  }

  @ParameterizedTest
  @CsvSource({"F32, 1e-5", "BF16, 0.05"})
  void theFastKernelsAgreeWithThePlainOnes(Precision precision, float most) {
    Weights weights = weights(CONFIG, false);
    Batch batch = TinyNetworks.batch(5);
    Set<Part> trained = Set.of(Part.ADAPTERS);
    Kernels fast = Kernels.create(Kernels.defaultName(), precision, 1);
    try (Bound plain = bound(CONFIG, trained, weights, false);
        Bound quick = new Bound(CONFIG, trained, weights, fast, false)) {
      double loss = plain.network.forwardBackward(batch).meanLoss();
      assertThat(quick.network.forwardBackward(batch).meanLoss())
          .isCloseTo(loss, Offset.offset((double) most));
      double norm = new Values(plain.gradients.toArray()).distance(new float[0]);
      double apart = new Values(plain.gradients.toArray()).distance(quick.gradients.toArray());
      assertThat(apart).isLessThan(most * norm);
    }
  }

  private static Bound bound(
      ParrotConfig config, Set<Part> trained, Weights weights, boolean recompute) {
    return new Bound(config, trained, weights, TinyNetworks.reference(), recompute);
  }

  /** Random weights, with fresh factors or random ones. */
  private static Weights weights(ParrotConfig config, boolean fresh) {
    Weights random = TinyNetworks.randomWeights(config);
    Initializer initializer = new Initializer(7, Initializer.Experts.NORMAL);
    return new Changed(random) {
      @Override
      float[] changed(String name, float[] values) {
        return fresh && TensorNames.isAdapter(name)
            ? initializer.values(new TensorSpec(name, shape(name), true), config)
            : values;
      }
    };
  }

  private static Weights merged(Weights weights) {
    Adapters adapters = CONFIG.adapters().orElseThrow();
    return new Changed(weights) {
      @Override
      float[] changed(String name, float[] values) {
        String layer = name.replaceFirst("\\.weight$", "");
        if (!name.endsWith(".weight") || !adapters.cover(layer)) {
          return values;
        }
        float[] a = weights.read(layer + ".lora_A.weight");
        float[] b = weights.read(layer + ".lora_B.weight");
        int columns = a.length / RANK;
        for (int i = 0; i < values.length; i++) {
          double sum = 0;
          for (int k = 0; k < RANK; k++) {
            sum += (double) b[i / columns * RANK + k] * a[k * columns + i % columns];
          }
          values[i] += (float) (ALPHA / RANK * sum);
        }
        return values;
      }
    };
  }

  private abstract static class Changed implements Weights {
    private final Weights weights;

    Changed(Weights weights) {
      this.weights = weights;
    }

    abstract float[] changed(String name, float[] values);

    @Override
    public Set<String> names() {
      return weights.names();
    }

    @Override
    public int[] shape(String name) {
      return weights.shape(name);
    }

    @Override
    public void read(String name, FloatSink sink) {
      float[] values = changed(name, weights.read(name).clone());
      sink.accept(0, values, values.length);
    }

    @Override
    public void close() {}
  }

  private record Values(float[] values) {
    boolean areZero() {
      return distance(new float[0]) == 0;
    }

    /** From others; what they lack counts as 0. */
    double distance(float[] others) {
      float[] padded = Arrays.copyOf(others, values.length);
      double sum = 0;
      for (int i = 0; i < values.length; i++) {
        sum += Math.pow(values[i] - padded[i], 2);
      }
      return Math.sqrt(sum);
    }
  }
}
