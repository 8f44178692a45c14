package parrot.model.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import parrot.model.tensor.Tensor;

class OneDnnKernelsBf16Test extends KernelsContractTest {
  @Override
  Kernels create() {
    return Kernels.create("onednn", Precision.BF16, 1);
  }

  @ParameterizedTest
  @CsvSource({"700, 130, 100, true", "512, 128, 64, false", "65, 4099, 129, true"})
  void multipliesRoundedFactorsExactlyEnough(int m, int n, int k, boolean strided) {
    assumeTrue(OneDnn.gainsFromBf16(), "this processor computes in float32");
    Samples samples = new Samples(m, strided);
    try (Bf16Gemm gemm = new Bf16Gemm()) {
      for (int mode = 0; mode < 8; mode++) {
        boolean ta = (mode & 1) != 0;
        boolean tb = (mode & 2) != 0;
        int beta = mode >> 2;
        Tensor a = ta ? samples.tensor(k, m) : samples.tensor(m, k);
        Tensor b = tb ? samples.tensor(n, k) : samples.tensor(k, n);
        Tensor c = beta == 0 ? samples.empty(m, n) : samples.tensor(m, n);
        Tensor expected = samples.like(c);
        Tensor again = samples.like(c);
        gemm.multiply(c, a, ta, b, tb, beta, k);
        gemm.multiply(again, a, ta, b, tb, beta, k);
        assertThat(again.toArray()).isEqualTo(c.toArray());
        try (Kernels exact = Kernels.create("onednn", Precision.F32, 1)) {
          Tensor rounded = samples.like(expected);
          exact.matmul(rounded, rounded(samples, a), ta, rounded(samples, b), tb, beta);
          exact.matmul(expected, a, ta, b, tb, beta);
          String what = "product " + mode;
          KernelsAgreementTest.assertClose(what, c.toArray(), rounded.toArray(), 1e-5);
          KernelsAgreementTest.assertClose(what, c.toArray(), expected.toArray(), 1e-2);
          assertThat(c.toArray()).isNotEqualTo(expected.toArray());
        }
      }
    }
  }

  @Test
  void roundsLargeProductsAndLeavesSmallOnesExact() {
    assumeTrue(OneDnn.gainsFromBf16(), "this processor computes in float32");
    float third = 1 / 3f;
    try (Kernels kernels = create()) {
      assertThat(product(kernels, 4, third)).isEqualTo(third);
      assertThat(product(kernels, 256, third)).isEqualTo(rounded(third)).isNotEqualTo(third);
    }
  }

  private static float product(Kernels kernels, int size, float value) {
    Tensor identity = Tensor.allocate(size, size);
    for (int i = 0; i < size; i++) {
      identity.set(i, i, 1);
    }
    Tensor x = Tensor.allocate(size, size);
    kernels.fill(x, value);
    Tensor c = Tensor.allocate(size, size);
    kernels.matmul(c, identity, false, x, false, 0);
    return c.get(size - 1, size / 2);
  }

  @ParameterizedTest
  @CsvSource({"0", "299"})
  void notANumberStaysVisibleThroughRounding(int row) {
    Samples samples = new Samples(7, false);
    Tensor a = samples.tensor(300, 150);
    a.set(row, 149, Float.intBitsToFloat(0x7fffffff));
    Tensor c = samples.empty(300, 200);
    try (Kernels kernels = create()) {
      kernels.matmul(c, a, false, samples.tensor(150, 200), false, 0);
    }
    assertThat(c.get(row, 7)).isNaN();
    assertThat(c.get(150, 7)).isNotNaN();
  }

  private static Tensor rounded(Samples samples, Tensor x) {
    Tensor y = samples.like(x);
    for (int i = 0; i < x.rows(); i++) {
      for (int j = 0; j < x.columns(); j++) {
        y.set(i, j, rounded(x.get(i, j)));
      }
    }
    return y;
  }

  /** To the nearest of the two neighbours with 8 bits of mantissa, the even one of a tie. */
  private static float rounded(float value) {
    int bits = Float.floatToRawIntBits(value) & 0xffff0000;
    float below = Float.intBitsToFloat(bits);
    float above = Float.intBitsToFloat(bits + 0x10000);
    int order = Float.compare(Math.abs(value - below), Math.abs(above - value));
    boolean even = (bits & 0x10000) == 0;
    return order < 0 || (order == 0 && even) ? below : above;
  }
}
