package parrot.model.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Tensor;

class OneDnnKernelsBf16Test extends KernelsContractTest {
  @Override
  Kernels create() {
    return Kernels.create("onednn", Precision.BF16, 1);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1, false, 1",
    "3, 130, 100, true, 2",
    "700, 130, 100, true, 1",
    "512, 128, 64, false, 3",
    "65, 4099, 129, true, 2"
  })
  void multipliesRoundedFactorsExactly(int m, int n, int k, boolean strided, int threads) {
    assumeTrue(OneDnn.gainsFromBf16(), "this processor computes in float32");
    Samples samples = new Samples(m, strided);
    try (Kernels kernels = Kernels.create("onednn", Precision.BF16, threads);
        Kernels reference = new ReferenceKernels()) {
      for (int mode = 0; mode < 16; mode++) {
        boolean ta = (mode & 1) != 0;
        boolean tb = (mode & 2) != 0;
        int beta = mode >> 2 & 1;
        ElementType result = mode < 8 ? ElementType.F32 : ElementType.BF16;
        Tensor a = samples.as(ElementType.BF16, ta ? samples.tensor(k, m) : samples.tensor(m, k));
        Tensor b = samples.as(ElementType.BF16, tb ? samples.tensor(n, k) : samples.tensor(k, n));
        Tensor start = beta == 0 ? samples.empty(m, n) : samples.tensor(m, n);
        Tensor c = samples.as(result, start);
        Tensor again = samples.as(result, start);
        Tensor expected = samples.as(result, start);
        kernels.matmul(c, a, ta, b, tb, beta);
        kernels.matmul(again, a, ta, b, tb, beta);
        reference.matmul(expected, a, ta, b, tb, beta);
        String what = "product " + mode;
        KernelsAgreementTest.assertSame(what, again.toArray(), c.toArray());
        double tolerance = result == ElementType.F32 ? 1e-5 : 8e-3;
        KernelsAgreementTest.assertClose(what, c.toArray(), expected.toArray(), tolerance);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"0", "299"})
  void notANumberStaysVisibleThroughRounding(int row) {
    Samples samples = new Samples(7, false);
    Tensor a = samples.tensor(300, 150);
    a.set(row, 149, Float.intBitsToFloat(0x7fffffff));
    try (Kernels kernels = create()) {
      Tensor rounded = Tensor.allocate(ElementType.BF16, 300, 150);
      kernels.copy(rounded, a);
      assertThat(rounded.get(row, 149)).isNaN();
      assertThat(rounded.get(row, 148)).isEqualTo(rounded(a.get(row, 148)));
      if (kernels.factorType() == ElementType.BF16) {
        Tensor c = samples.empty(300, 200);
        Tensor b = samples.as(ElementType.BF16, samples.tensor(150, 200));
        kernels.matmul(c, rounded, false, b, false, 0);
        assertThat(c.get(row, 7)).isNaN();
        assertThat(c.get(150, 7)).isNotNaN();
      }
    }
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
