package parrot.model.layer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import parrot.model.kernel.Kernels;
import parrot.model.kernel.Precision;
import parrot.model.tensor.Arena;
import parrot.model.tensor.Tensor;

class OverlapTest {
  private static final int IMAGES = 2;
  private static final int TOKENS = 4;
  private static final int WIDTH = 3;

  private final Kernels kernels = Kernels.create("reference", Precision.F32, 1);
  private final Arena arena = new Arena(kernels.memory());

  @AfterEach
  void close() {
    arena.close();
  }

  private Overlap overlap(float[]... outputs) {
    List<Tensor> tensors =
        Stream.of(outputs)
            .map(
                values -> {
                  Tensor tensor = arena.take(TOKENS, WIDTH);
                  tensor.set(values);
                  return tensor;
                })
            .toList();
    return Overlap.of(kernels, arena, tensors, IMAGES);
  }

  /** Every value of every token. */
  private static float[] everywhere(float... token) {
    float[] all = new float[TOKENS * WIDTH];
    for (int i = 0; i < all.length; i++) {
      all[i] = token[i % WIDTH];
    }
    return all;
  }

  private static float[] random(long seed) {
    float[] values = new float[TOKENS * WIDTH];
    Random random = new Random(seed);
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  /** Plain: over tokens and pairs that have outputs. */
  private static double plain(float[]... outputs) {
    double sum = 0;
    int pairs = 0;
    for (int token = 0; token < TOKENS; token++) {
      for (int j = 0; j < outputs.length; j++) {
        for (int k = 0; k < j; k++) {
          double jj = dot(outputs[j], outputs[j], token);
          double kk = dot(outputs[k], outputs[k], token);
          if (jj > 0 && kk > 0) {
            sum += Math.pow(dot(outputs[j], outputs[k], token), 2) / (jj * kk);
            pairs++;
          }
        }
      }
    }
    return sum / pairs;
  }

  private static double dot(float[] a, float[] b, int token) {
    double sum = 0;
    for (int i = token * WIDTH; i < (token + 1) * WIDTH; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }

  @Test
  void isOneForTheSameDirectionAndZeroForOrthogonalOnes() {
    float[] one = everywhere(1, 2, 0);
    assertThat(overlap(one, everywhere(-2, -4, 0)).byImage())
        .containsExactly(new float[] {1, 1}, Offset.offset(1e-6f));
    assertThat(overlap(one, everywhere(2, -1, 5)).byImage()).containsExactly(0, 0);
  }

  @Test
  void countsPairsThatComputed() {
    float[] half = everywhere(1, 0, 0);
    Arrays.fill(half, 0, half.length / IMAGES, 0); // chosen for the second image alone
    float[] compared = overlap(half, everywhere(1, 1, 0)).byImage();
    assertThat(compared[0]).isNaN();
    assertThat(compared[1]).isCloseTo(0.5f, Offset.offset(1e-6f));
  }

  @Test
  void isTheMeanOfSquaredCosines() {
    float[][] outputs = {random(1), random(2), random(3)};
    float[] compared = overlap(outputs).byImage();
    assertThat((compared[0] + compared[1]) / 2.0).isCloseTo(plain(outputs), Offset.offset(1e-6));
  }

  @Test
  void gradientsAreSlopes() {
    float[][] outputs = {random(1), random(2), random(3)};
    Arrays.fill(outputs[2], 0, WIDTH, 0);
    double weight = 0.7;
    List<Tensor> gradients = overlap(outputs).gradients(kernels, arena, weight);
    double step = 1e-3;
    for (int j = 0; j < outputs.length; j++) {
      float[] gradient = gradients.get(j).toArray();
      for (int i = j == 2 ? WIDTH : 0; i < gradient.length; i++) {
        float before = outputs[j][i];
        outputs[j][i] = (float) (before + step);
        double above = plain(outputs);
        outputs[j][i] = (float) (before - step);
        double slope = weight * (above - plain(outputs)) / (2 * step);
        outputs[j][i] = before;
        assertThat((double) gradient[i])
            .as("output %d of expert %d", i, j)
            .isCloseTo(slope, Offset.offset(1e-4));
      }
    }
  }

  @Test
  void oneExpertAloneIsPulledNowhere() {
    float[] nothing = new float[TOKENS * WIDTH];
    for (Tensor gradient : overlap(random(1), nothing).gradients(kernels, arena, 1)) {
      assertThat(gradient.toArray()).containsOnly(0);
    }
  }
}
