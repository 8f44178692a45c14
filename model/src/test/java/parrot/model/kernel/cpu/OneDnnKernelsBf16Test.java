package parrot.model.kernel.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import parrot.model.kernel.Kernels;
import parrot.model.kernel.KernelsContractTest;
import parrot.model.kernel.Precision;
import parrot.model.kernel.Samples;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Tensor;

class OneDnnKernelsBf16Test extends KernelsContractTest {
  @Override
  public Kernels create() {
    return Kernels.create("onednn", Precision.BF16, 1);
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
  static float rounded(float value) {
    int bits = Float.floatToRawIntBits(value) & 0xffff0000;
    float below = Float.intBitsToFloat(bits);
    float above = Float.intBitsToFloat(bits + 0x10000);
    int order = Float.compare(Math.abs(value - below), Math.abs(above - value));
    boolean even = (bits & 0x10000) == 0;
    return order < 0 || (order == 0 && even) ? below : above;
  }
}
