package parrot.model.kernel.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static parrot.model.kernel.Agreement.assertClose;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import parrot.model.kernel.Activation;
import parrot.model.kernel.Kernels;
import parrot.model.kernel.Precision;
import parrot.model.kernel.Samples;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Tensor;

/** Rows that know nothing of each other, on an emulated card. */
class CudaProductsByRowTest {
  private static final int ROWS = 11;

  @BeforeAll
  static void needsTheEmulator() {
    Emulator.assumeWorks();
  }

  @ParameterizedTest
  @EnumSource(ElementType.class)
  void aRowIsTheSameAloneAndAmongOthers(ElementType type) {
    Samples samples = new Samples(8, false);
    Tensor x = samples.tensor(type, ROWS, 75, 1);
    Tensor weight = samples.tensor(type, 37, 75, 1);
    Tensor bias = samples.tensor(1, 37);
    Tensor together = samples.empty(type, ROWS, 37);
    Tensor wanted = samples.empty(type, ROWS, 37);
    try (Kernels card = OnDevice.of(new CudaKernels(new EmulatedDevice(2), type));
        Kernels reference = Kernels.create("reference", Precision.F32, 1)) {
      Kernels kernels = card.byRow();
      kernels.linear(together, x, weight, bias, Activation.GELU, 0);
      for (int row = 0; row < ROWS; row++) {
        Tensor alone = samples.empty(type, 1, 37);
        kernels.linear(alone, x.rows(row, row + 1), weight, bias, Activation.GELU, 0);
        assertThat(alone.toArray()).isEqualTo(together.rows(row, row + 1).toArray());
      }
      reference.linear(wanted, x, weight, bias, Activation.GELU, 0);
    }
    assertClose("linear", together, wanted, 1e-5);
  }
}
