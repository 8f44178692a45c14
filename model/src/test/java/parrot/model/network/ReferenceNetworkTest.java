package parrot.model.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import parrot.model.generate.GenerationEngine;
import parrot.model.generate.GenerationSettings;
import parrot.model.kernel.Kernels;
import parrot.model.kernel.Precision;
import parrot.model.tensor.Tensor;

/**
 * The network computes what the independent implementation computed, with every kind of kernels.
 */
class ReferenceNetworkTest {
  private static final double TOLERANCE = 1e-4;

  private final List<AutoCloseable> opened = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable resource : opened) {
      resource.close();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "align-and-instruct, reference",
    "projector-only, reference",
    "align-and-instruct, onednn",
    "projector-only, onednn"
  })
  void lossAndGradientsAreThoseOfTheReference(String name, String kernels) {
    ReferenceCase reference = open(name);
    Set<Part> trained =
        reference.folder.config().experts().used()
            ? EnumSet.of(Part.PROJECTOR, Part.EXPERTS, Part.DECODER)
            : EnumSet.of(Part.PROJECTOR);
    ParrotNetwork network = network(reference, trained, kernels);
    int count = Math.toIntExact(network.parameterCount());
    Tensor parameters = Tensor.allocate(1, count);
    Tensor gradients = Tensor.allocate(1, count);
    network.bind(
        new FlatMemory(parameters.address(), gradients.address(), List.of(parameters, gradients)));
    network.initialize();

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
  @CsvSource({
    "align-and-instruct, reference",
    "projector-only, reference",
    "align-and-instruct, onednn",
    "projector-only, onednn"
  })
  void intermediateValuesAndGeneratedTokensAreThoseOfTheReference(String name, String kernels) {
    ReferenceCase reference = open(name);
    ParrotNetwork network = network(reference, Set.of(), kernels);
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

  private ParrotNetwork network(ReferenceCase reference, Set<Part> trained, String kernels) {
    Kernels device = Kernels.create(kernels, Precision.F32, 1);
    return keep(
        new ParrotNetwork(reference.folder.config(), trained, reference.folder.weights(), device));
  }

  private <T extends AutoCloseable> T keep(T resource) {
    opened.add(resource);
    return resource;
  }
}
