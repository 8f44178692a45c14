package parrot.model.kernel.cuda;

import org.junit.jupiter.api.BeforeAll;
import parrot.model.kernel.AttentionAgreementTest;
import parrot.model.kernel.Kernels;
import parrot.model.tensor.ElementType;

/** Attention on a card, emulated, against its definition. */
class CudaAttentionTest extends AttentionAgreementTest {
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
