package parrot.model.kernel.reference;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import parrot.model.kernel.Activation;
import parrot.model.kernel.Kernels;
import parrot.model.kernel.Samples;
import parrot.model.kernel.Segments;
import parrot.model.tensor.Tensor;

/**
 * The reference's gradients against finite differences of its own forward operations. The scalar
 * that is differentiated is the inner product of the output with fixed weights {@code dy}.
 */
class ReferenceGradientsTest {
  private static final float STEP = 1 / 128f;

  private final Kernels kernels = new ReferenceKernels();
  private final Samples samples = new Samples(11, true);

  /** Runs the forward operation and returns its output. */
  private interface Forward {
    Tensor run();
  }

  /**
   * Central differences at steps h and h / 2, combined so that the error falls with the fourth
   * power of the step: steps can be large enough for float32 inputs.
   */
  private void check(String what, Tensor gradient, Tensor input, Tensor dy, Forward forward) {
    double largest = 0;
    for (float value : gradient.toArray()) {
      largest = Math.max(largest, Math.abs(value));
    }
    assertThat(largest).as(what).isPositive();
    for (int i = 0; i < input.rows(); i++) {
      for (int j = 0; j < input.columns(); j++) {
        double wide = slope(input, i, j, dy, forward, STEP);
        double narrow = slope(input, i, j, dy, forward, STEP / 2);
        double expected = (4 * narrow - wide) / 3;
        double difference = Math.abs(gradient.get(i, j) - expected);
        assertThat(difference).as("%s at %d, %d", what, i, j).isLessThanOrEqualTo(1e-4 * largest);
      }
    }
  }

  private double slope(Tensor input, int i, int j, Tensor dy, Forward forward, float step) {
    float value = input.get(i, j);
    input.set(i, j, value + step);
    float above = input.get(i, j);
    double high = kernels.dot(forward.run(), dy);
    input.set(i, j, value - step);
    float below = input.get(i, j);
    double low = kernels.dot(forward.run(), dy);
    input.set(i, j, value);
    return (high - low) / ((double) above - below);
  }

  @ParameterizedTest
  @EnumSource(Activation.class)
  void activations(Activation activation) {
    Tensor x = samples.tensor(2, 7, 3);
    Tensor dy = samples.tensor(2, 7);
    Tensor y = samples.empty(2, 7);
    Tensor dx = samples.empty(2, 7);
    kernels.activateBackward(dx, dy, x, activation);
    check(
        activation.name(),
        dx,
        x,
        dy,
        () -> {
          kernels.activate(y, x, activation);
          return y;
        });
  }

  @Test
  void swiglu() {
    Tensor gate = samples.tensor(2, 5, 3);
    Tensor up = samples.tensor(2, 5, 3);
    Tensor dy = samples.tensor(2, 5);
    Tensor y = samples.empty(2, 5);
    Tensor dgate = samples.empty(2, 5);
    Tensor dup = samples.empty(2, 5);
    kernels.swigluBackward(dgate, dup, dy, gate, up);
    Forward forward =
        () -> {
          kernels.swiglu(y, gate, up);
          return y;
        };
    check("gate", dgate, gate, dy, forward);
    check("up", dup, up, dy, forward);
  }

  @Test
  void rmsNorm() {
    Tensor x = samples.tensor(3, 6);
    Tensor weight = samples.tensor(1, 6);
    Tensor dy = samples.tensor(3, 6);
    Tensor y = samples.empty(3, 6);
    Tensor inverse = samples.empty(3, 1);
    Forward forward =
        () -> {
          kernels.rmsNorm(y, inverse, x, weight, 0.01f);
          return y;
        };
    forward.run();
    Tensor dx = samples.empty(3, 6);
    Tensor dweight = Tensor.allocate(1, 6);
    kernels.rmsNormBackward(dx, false, dweight, dy, inverse, x, weight);
    check("x", dx, x, dy, forward);
    check("weight", dweight, weight, dy, forward);
  }

  @Test
  void layerNorm() {
    Tensor x = samples.tensor(3, 6);
    Tensor weight = samples.tensor(1, 6);
    Tensor bias = samples.tensor(1, 6);
    Tensor dy = samples.tensor(3, 6);
    Tensor y = samples.empty(3, 6);
    Tensor mean = samples.empty(3, 1);
    Tensor inverse = samples.empty(3, 1);
    Forward forward =
        () -> {
          kernels.layerNorm(y, mean, inverse, x, weight, bias, 0.01f);
          return y;
        };
    forward.run();
    Tensor dx = samples.empty(3, 6);
    Tensor dweight = Tensor.allocate(1, 6);
    Tensor dbias = Tensor.allocate(1, 6);
    kernels.layerNormBackward(dx, false, dweight, dbias, dy, mean, inverse, x, weight);
    check("x", dx, x, dy, forward);
    check("weight", dweight, weight, dy, forward);
    check("bias", dbias, bias, dy, forward);
  }

  @Test
  void rotation() {
    Tensor x = samples.tensor(2, 8);
    Tensor angles = samples.tensor(3, 2, 3);
    Tensor cosine = samples.like(angles);
    Tensor sine = samples.like(angles);
    for (int i = 0; i < 3; i++) {
      for (int j = 0; j < 2; j++) {
        cosine.set(i, j, (float) Math.cos(angles.get(i, j)));
        sine.set(i, j, (float) Math.sin(angles.get(i, j)));
      }
    }
    int[] positions = {2, 1};
    Tensor dy = samples.tensor(2, 8);
    Tensor dx = samples.like(dy);
    kernels.rotate(dx, cosine, sine, positions, 4, true);
    Tensor y = samples.empty(2, 8);
    check(
        "rotation",
        dx,
        x,
        dy,
        () -> {
          kernels.copy(y, x);
          kernels.rotate(y, cosine, sine, positions, 4, false);
          return y;
        });
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void attention(boolean causal) {
    int[] queries = Samples.boundaries(1, 3, 2);
    int[] keys = Samples.boundaries(1, 3, 4);
    Segments segments = new Segments(queries, keys, 4, 2, 3, causal);
    Tensor q = samples.tensor(6, 12, 2);
    Tensor k = samples.tensor(8, 6, 2);
    Tensor v = samples.tensor(8, 6);
    Tensor dout = samples.tensor(6, 12);
    Tensor out = samples.empty(6, 12);
    Tensor logSum = samples.empty(6, 4);
    Forward forward =
        () -> {
          kernels.attention(out, logSum, q, k, v, segments);
          return out;
        };
    forward.run();
    Tensor dq = samples.empty(6, 12);
    Tensor dk = samples.empty(8, 6);
    Tensor dv = samples.empty(8, 6);
    kernels.attentionBackward(dq, dk, dv, dout, out, logSum, q, k, v, segments);
    check("q", dq, q, dout, forward);
    check("k", dk, k, dout, forward);
    check("v", dv, v, dout, forward);
  }

  @Test
  void softmax() {
    Tensor x = samples.tensor(2, 5, 2);
    Tensor dp = samples.tensor(2, 5);
    Tensor p = samples.like(x);
    kernels.softmax(p);
    Tensor dx = samples.empty(2, 5);
    kernels.softmaxBackward(dx, dp, p);
    check(
        "softmax",
        dx,
        x,
        dp,
        () -> {
          kernels.copy(p, x);
          kernels.softmax(p);
          return p;
        });
  }

  @Test
  void crossEntropy() {
    Tensor x = samples.tensor(3, 5, 2);
    int[] targets = {4, 0, 2};
    Tensor weights = samples.tensor(3, 1);
    kernels.fill(weights, 0.25f);
    Tensor losses = samples.empty(3, 1);
    Tensor dx = samples.like(x);
    kernels.crossEntropy(losses, dx, dx, targets, 0.25f);
    check(
        "cross-entropy",
        dx,
        x,
        weights,
        () -> {
          kernels.crossEntropy(losses, null, x, targets, 1);
          return losses;
        });
  }
}
