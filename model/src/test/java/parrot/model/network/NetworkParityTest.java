package parrot.model.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import parrot.model.generate.GenerationEngine;
import parrot.model.generate.GenerationSettings;
import parrot.model.kernel.AdamWStep;
import parrot.model.kernel.Kernels;
import parrot.model.kernel.Precision;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Memory;
import parrot.model.tensor.Tensor;

/**
 * The network computes what the independent implementation computed, with every kind of kernels.
 */
public abstract class NetworkParityTest {
  private static final double TOLERANCE = 1e-4;

  private final List<AutoCloseable> opened = new ArrayList<>();
  private Memory memory;

  /** New kernels in float32. */
  protected abstract Kernels create();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable resource : opened) {
      resource.close();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"align-and-instruct", "projector-only"})
  void lossAndGradientsAreThoseOfTheReference(String name) {
    ReferenceCase reference = open(name);
    Set<Part> trained =
        reference.folder.config().experts().used()
            ? EnumSet.of(Part.PROJECTOR, Part.EXPERTS, Part.DECODER)
            : EnumSet.of(Part.PROJECTOR);
    ParrotNetwork network = network(reference, trained);
    Tensor gradients = bind(network).get(1);

    for (int repeat = 0; repeat < 2; repeat++) {
      StepResult result = network.forwardBackward(reference.batch());
      assertThat(result.meanLoss()).isCloseTo(reference.expected("loss")[0], Offset.offset(1e-4));
      for (Parameter parameter : network.parameters()) {
        int from = Math.toIntExact(parameter.offset());
        float[] actual = gradients.columns(from, from + (int) parameter.size()).toArray();
        assertClose("grad." + parameter.name(), actual, reference);
      }
    }
    long expectedGradients =
        reference.expected.names().stream().filter(tensor -> tensor.startsWith("grad.")).count();
    assertThat(network.parameters()).hasSize((int) expectedGradients);
  }

  @ParameterizedTest
  @ValueSource(strings = {"align-and-instruct", "projector-only"})
  void intermediateValuesAndGeneratedTokensAreThoseOfTheReference(String name) {
    ReferenceCase reference = open(name);
    ParrotNetwork network = network(reference, Set.of());
    Trace trace = network.trace(reference.batch());
    assertClose("vision_features", trace.features(), reference);
    assertClose("projected", trace.projected(), reference);
    assertClose("moe_output", trace.visual(), reference);
    if (reference.folder.config().experts().used()) {
      int experts = trace.routing()[0].length;
      float[] routing = new float[trace.routing().length * experts];
      for (int i = 0; i < routing.length; i++) {
        routing[i] = trace.routing()[i / experts][i % experts];
      }
      assertClose("routing_weights", routing, reference);
    }
    assertRagged("inputs_embeds", trace.embeddings(), trace.boundaries(), reference);
    assertRagged("logits", trace.logits(), trace.boundaries(), reference);

    int samples = reference.batch().samples();
    int[] generated = new int[samples * 8];
    GenerationEngine engine = new GenerationEngine(network);
    GenerationSettings settings = GenerationSettings.greedy(8, Set.of());
    for (int sample = 0; sample < samples; sample++) {
      int[] prompt = reference.row("prompt_ids", "prompt_lengths", sample);
      boolean image = Arrays.stream(prompt).anyMatch(id -> id == Batch.IMAGE);
      Tensor seen = image ? engine.encode(reference.pixels(sample)) : null;
      int[] tokens = engine.answer(prompt, seen, settings).tokens();
      System.arraycopy(tokens, 0, generated, sample * 8, 8);
    }
    assertThat(generated)
        .isEqualTo(
            Arrays.stream(reference.expected.readLongs("generated"))
                .mapToInt(Math::toIntExact)
                .toArray());
  }

  /** Loss falls as it does with plain loops, to the rounding of float32. */
  @Test
  void trainsAsTheReferenceDoes() {
    ReferenceCase reference = open("align-and-instruct");
    Set<Part> all = EnumSet.of(Part.PROJECTOR, Part.EXPERTS, Part.DECODER, Part.VISION);
    double[] actual = losses(reference, network(reference, all));
    memory = Memory.HOST;
    double[] expected =
        losses(
            reference,
            keep(
                new ParrotNetwork(
                    reference.folder.config(),
                    all,
                    reference.folder.weights(),
                    Kernels.create("reference", Precision.F32, 1))));
    assertThat(actual).containsExactly(expected, Offset.offset(1e-4));
    assertThat(actual[3]).isLessThan(actual[0] - 0.1);
  }

  private double[] losses(ReferenceCase reference, ParrotNetwork network) {
    List<Tensor> vectors = bind(network);
    double[] losses = new double[4];
    for (int step = 0; step < losses.length; step++) {
      losses[step] = network.forwardBackward(reference.batch()).meanLoss();
      AdamWStep update = new AdamWStep(1e-2, 0.9, 0.99, 1e-6, 0.1, step + 1, 1);
      for (Parameter parameter : network.parameters()) {
        int count = Math.toIntExact(parameter.size());
        network.update(
            parameter,
            0,
            vectors.get(2).window(parameter.offset(), count),
            vectors.get(3).window(parameter.offset(), count),
            update);
      }
    }
    return losses;
  }

  private static void assertClose(String tensor, float[] actual, ReferenceCase reference) {
    assertThat(difference(actual, reference.expected(tensor)))
        .as(tensor)
        .isLessThanOrEqualTo(TOLERANCE);
  }

  /** Compares the rows of each sample, leaving out the padding of the expected tensor. */
  private static void assertRagged(
      String tensor, float[] actual, int[] boundaries, ReferenceCase reference) {
    int[] shape = reference.expected.shape(tensor);
    float[] padded = reference.expected(tensor);
    float[] expected = new float[actual.length];
    for (int sample = 0; sample < shape[0]; sample++) {
      int rows = boundaries[sample + 1] - boundaries[sample];
      System.arraycopy(
          padded,
          sample * shape[1] * shape[2],
          expected,
          boundaries[sample] * shape[2],
          rows * shape[2]);
    }
    assertThat(difference(actual, expected)).as(tensor).isLessThanOrEqualTo(TOLERANCE);
  }

  private static double difference(float[] actual, float[] expected) {
    assertThat(actual).hasSameSizeAs(expected);
    double largest = 0;
    double scale = 0;
    for (int i = 0; i < actual.length; i++) {
      double difference = Math.abs(actual[i] - expected[i]);
      if (Double.isNaN(difference)) {
        return Double.NaN;
      }
      largest = Math.max(largest, difference);
      scale = Math.max(scale, Math.abs(expected[i]));
    }
    return scale == 0 ? largest : largest / scale;
  }

  private ReferenceCase open(String name) {
    return keep(ReferenceCase.open(name));
  }

  private ParrotNetwork network(ReferenceCase reference, Set<Part> trained) {
    Kernels kernels = create();
    memory = kernels.memory();
    return keep(
        new ParrotNetwork(reference.folder.config(), trained, reference.folder.weights(), kernels));
  }

  /** Parameters, gradients and two moments where the kernels compute. */
  private List<Tensor> bind(ParrotNetwork network) {
    int count = Math.toIntExact(network.parameterCount());
    List<Tensor> vectors = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      vectors.add(Tensor.allocate(memory, ElementType.F32, 1, count));
    }
    network.bind(
        new FlatMemory(memory, vectors.get(0).address(), vectors.get(1).address(), vectors));
    network.initialize();
    return vectors;
  }

  private <T extends AutoCloseable> T keep(T resource) {
    opened.add(resource);
    return resource;
  }
}
