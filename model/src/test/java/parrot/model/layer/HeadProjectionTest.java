package parrot.model.layer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import parrot.model.config.DecoderConfig;
import parrot.model.kernel.Kernels;
import parrot.model.kernel.Precision;
import parrot.model.tensor.Arena;
import parrot.model.tensor.Master;
import parrot.model.tensor.Tensor;

/** A Qwen3's queries and keys, written out. */
class HeadProjectionTest {
  private static final int WIDTH = 6;
  private static final int HEADS = 2;
  private static final int HEAD_SIZE = 4;
  private static final double EPSILON = 0.25;

  private static final DecoderConfig CONFIG =
      DecoderConfig.of(
          new ObjectMapper()
              .valueToTree(
                  Map.of(
                      "model_type",
                      "qwen3",
                      "hidden_size",
                      WIDTH,
                      "intermediate_size",
                      8,
                      "num_hidden_layers",
                      1,
                      "num_attention_heads",
                      HEADS,
                      "num_key_value_heads",
                      1,
                      "head_dim",
                      HEAD_SIZE,
                      "vocab_size",
                      9,
                      "rms_norm_eps",
                      EPSILON)),
          16,
          "the test");

  @Test
  void eachHeadIsDividedByItsRootMeanSquareAndScaled() {
    List<Weight> weights = new ArrayList<>();
    HeadProjection queries =
        new HeadProjection(
            (name, rows, columns) -> {
              Weight weight = new Weight(name, rows, columns);
              Tensor values = random(rows, columns, name.hashCode());
              weight.place(Master.whole(values), null);
              weights.add(weight);
              return weight;
            },
            "model.layers.0.self_attn.q",
            HEADS,
            CONFIG);
    assertThat(weights)
        .extracting(Weight::name)
        .containsExactly(
            "model.layers.0.self_attn.q_proj.weight", "model.layers.0.self_attn.q_norm.weight");
    Tensor x = random(3, WIDTH, 5);
    Tensor y = Tensor.allocate(3, HEADS * HEAD_SIZE);
    try (Kernels kernels = Kernels.create("reference", Precision.F32, 1);
        Arena arena = new Arena()) {
      queries.forward(kernels, arena, y, x);
    }
    Tensor factor = weights.get(0).value();
    Tensor scale = weights.get(1).value();
    for (int row = 0; row < 3; row++) {
      for (int head = 0; head < HEADS; head++) {
        double[] q = new double[HEAD_SIZE];
        double squares = 0;
        for (int j = 0; j < HEAD_SIZE; j++) {
          for (int i = 0; i < WIDTH; i++) {
            q[j] += x.get(row, i) * factor.get(head * HEAD_SIZE + j, i);
          }
          squares += q[j] * q[j];
        }
        for (int j = 0; j < HEAD_SIZE; j++) {
          double expected = q[j] / Math.sqrt(squares / HEAD_SIZE + EPSILON) * scale.get(0, j);
          assertThat(y.get(row, head * HEAD_SIZE + j))
              .isCloseTo((float) expected, Offset.offset(1e-5f));
        }
      }
    }
  }

  private static Tensor random(int rows, int columns, long seed) {
    Random random = new Random(seed);
    float[] values = new float[rows * columns];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Tensor.of(rows, columns, values);
  }
}
