package parrot.model.kernel.cuda;

import org.junit.jupiter.api.BeforeAll;
import parrot.model.kernel.Kernels;
import parrot.model.kernel.KernelsAgreementTest;
import parrot.model.tensor.ElementType;

/** The kernels of a card, emulated, against the reference. */
class CudaAgreementTest extends KernelsAgreementTest {
  @BeforeAll
  static void needsTheEmulator() {
    Emulator.assumeWorks();
  }

  @Override
  protected Kernels actual(int threads) {
    return OnDevice.of(new CudaKernels(new EmulatedDevice(threads), ElementType.F32));
  }

  @Override
  protected boolean multipliesBf16() {
    return true;
  }
}
