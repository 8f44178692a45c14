package parrot.model.kernel.cuda;

import org.junit.jupiter.api.BeforeAll;
import parrot.model.kernel.Kernels;
import parrot.model.kernel.Precision;
import parrot.model.network.Bf16NetworkTest;
import parrot.model.tensor.ElementType;

/** The network with bfloat16 factors in the memory of an emulated card. */
class CudaBf16NetworkTest extends Bf16NetworkTest {
  @BeforeAll
  static void needsTheEmulator() {
    Emulator.assumeWorks();
  }

  @Override
  protected Kernels create(Precision precision) {
    return precision == Precision.BF16
        ? new CudaKernels(new EmulatedDevice(3), ElementType.BF16)
        : super.create(precision);
  }
}
