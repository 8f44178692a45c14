package parrot.model.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import parrot.model.config.ParrotConfig;
import parrot.model.kernel.Kernels;
import parrot.model.kernel.Precision;
import parrot.model.layer.Experts;
import parrot.model.layer.Weight;
import parrot.model.tensor.Arena;
import parrot.model.tensor.Master;
import parrot.model.tensor.Tensor;

/** What the experts compute, against the formulas written out in double precision. */
class ExpertsTest {
  private static final int WIDTH = 12;
  private static final int TOKENS = 3;
  private static final int[] PROMPTS = {0, 2, 5}; // of two images
  private static final String NAME = "model.moe_model.";

  private final Random random = new Random(5);
  private final Map<String, Tensor> weights = new HashMap<>();
  private final Tensor x = normal(2 * TOKENS, WIDTH);
  private final Tensor prompts = normal(5, WIDTH);

  /** Keys of config.json, the factor of H and the factor of the mixture; moe_weight is 0.5. */
  static List<Arguments> formulas() {
    return List.of(
        Arguments.of(Map.of(), 0.5, 1.0),
        Arguments.of(Map.of("use_moe_residual", false), 0.0, 1.0),
        Arguments.of(Map.of("moe_formula", "paper"), 1.0, 0.5));
  }

  @ParameterizedTest
  @MethodSource("formulas")
  void addsTheWeightedExpertsToTheWeightedTokens(
      Map<String, Object> keys, double residual, double mixture) {
    float[] got = forward(TinyNetworks.config(keys));
    for (int row = 0; row < 2 * TOKENS; row++) {
      double[] routing = routing(row / TOKENS);
      double[] h = row(x, row);
      double[] sum = new double[WIDTH];
      for (int i = 0; i < routing.length; i++) {
        double[] expert = expert(i, h);
        for (int d = 0; d < WIDTH; d++) {
          sum[d] += routing[i] * expert[d];
        }
      }
      for (int d = 0; d < WIDTH; d++) {
        assertThat((double) got[row * WIDTH + d])
            .as("token %d, value %d", row, d)
            .isCloseTo(residual * h[d] + mixture * sum[d], Offset.offset(1e-5));
      }
    }
  }

  /** Kernels, experts that compute, and what favours some of them. */
  static List<Arguments> selections() {
    List<Arguments> selections = new ArrayList<>();
    for (String kernels : List.of("reference", "onednn")) {
      for (int chosen = 1; chosen <= 3; chosen++) {
        selections.add(Arguments.of(kernels, chosen, List.of()));
        if (chosen < 3) {
          selections.add(Arguments.of(kernels, chosen, List.of(-0.1, 0.2, 0.0)));
          selections.add(Arguments.of(kernels, chosen, List.of(9.0, 0.0, 5.0)));
        }
      }
    }
    return selections;
  }

  @ParameterizedTest
  @MethodSource("selections")
  void theChosenExpertsAreMixedByTheirShareOfTheProbability(
      String kernels, int chosen, List<Double> bias) {
    Map<String, Object> keys = new HashMap<>(Map.of("moe_top_k", chosen));
    if (!bias.isEmpty()) {
      keys.put("moe_selection_bias", bias);
    }
    float[] got = forward(TinyNetworks.config(keys), kernels);
    for (int row = 0; row < 2 * TOKENS; row++) {
      double[] routing = routing(row / TOKENS);
      int[] best = largest(routing, bias, chosen);
      double share = Arrays.stream(best).mapToDouble(i -> routing[i]).sum();
      double[] h = row(x, row);
      double[] expected = Arrays.stream(h).map(value -> 0.5 * value).toArray();
      for (int i : best) {
        double[] expert = expert(i, h);
        for (int d = 0; d < WIDTH; d++) {
          expected[d] += routing[i] / share * expert[d];
        }
      }
      for (int d = 0; d < WIDTH; d++) {
        assertThat((double) got[row * WIDTH + d])
            .as("token %d, value %d", row, d)
            .isCloseTo(expected[d], Offset.offset(1e-5));
      }
    }
  }

  private static int[] largest(double[] routing, List<Double> bias, int count) {
    return IntStream.range(0, routing.length)
        .boxed()
        .sorted(Comparator.comparingDouble(i -> -(routing[i] + (bias.isEmpty() ? 0 : bias.get(i)))))
        .limit(count)
        .mapToInt(i -> i)
        .toArray();
  }

  private float[] forward(ParrotConfig config) {
    return forward(config, "reference");
  }

  private float[] forward(ParrotConfig config, String name) {
    try (Kernels kernels = Kernels.create(name, Precision.F32, 1);
        Arena arena = new Arena()) {
      Experts experts =
          new Experts(
              (weightName, rows, columns) -> {
                Weight weight = new Weight(weightName, rows, columns);
                weights.put(weightName, normal(rows, columns));
                weight.place(Master.whole(weights.get(weightName)), null);
                return weight;
              },
              config);
      return experts.forward(kernels, arena, x, prompts, PROMPTS).toArray();
    }
  }

  /** softmax(G a), where a is what the class token finds in the prompt. */
  private double[] routing(int image) {
    double[] question = row(x, image * TOKENS);
    double[] scores =
        IntStream.range(PROMPTS[image], PROMPTS[image + 1])
            .mapToDouble(i -> dot(question, row(prompts, i)) / Math.sqrt(WIDTH))
            .toArray();
    double[] shares = softmax(scores);
    double[] found = new double[WIDTH];
    for (int i = 0; i < shares.length; i++) {
      double[] token = row(prompts, PROMPTS[image] + i);
      for (int d = 0; d < WIDTH; d++) {
        found[d] += shares[i] * token[d];
      }
    }
    return softmax(times(weights.get(NAME + "gate.weight"), found));
  }

  /** down(silu(gate h) * up h). */
  private double[] expert(int number, double[] h) {
    String prefix = NAME + "experts." + number + ".";
    double[] gate = times(weights.get(prefix + "gate_proj.weight"), h);
    double[] up = times(weights.get(prefix + "up_proj.weight"), h);
    double[] inner = new double[gate.length];
    for (int i = 0; i < inner.length; i++) {
      inner[i] = gate[i] / (1 + Math.exp(-gate[i])) * up[i];
    }
    return times(weights.get(prefix + "down_proj.weight"), inner);
  }

  private static double[] softmax(double[] scores) {
    double[] shares =
        IntStream.range(0, scores.length).mapToDouble(i -> Math.exp(scores[i])).toArray();
    double sum = 0;
    for (double share : shares) {
      sum += share;
    }
    for (int i = 0; i < shares.length; i++) {
      shares[i] /= sum;
    }
    return shares;
  }

  private static double[] times(Tensor matrix, double[] vector) {
    return IntStream.range(0, matrix.rows())
        .mapToDouble(i -> dot(row(matrix, i), vector))
        .toArray();
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  private static double[] row(Tensor tensor, int row) {
    return IntStream.range(0, tensor.columns()).mapToDouble(i -> tensor.get(row, i)).toArray();
  }

  private Tensor normal(int rows, int columns) {
    float[] values = new float[rows * columns];
    for (int i = 0; i < values.length; i++) {
      values[i] = 0.5f * (float) random.nextGaussian();
    }
    return Tensor.of(rows, columns, values);
  }
}
