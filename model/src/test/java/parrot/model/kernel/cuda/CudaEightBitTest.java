package parrot.model.kernel.cuda;

import org.junit.jupiter.api.BeforeAll;
import parrot.model.kernel.EightBitTest;
import parrot.model.kernel.Kernels;
import parrot.model.tensor.ElementType;

/** Vectors in 8 bits a value on a card, emulated. */
class CudaEightBitTest extends EightBitTest {
  @BeforeAll
  static void needsTheEmulator() {
    Emulator.assumeWorks();
  }

  @Override
  protected Kernels create(int threads) {
    return OnDevice.of(new CudaKernels(new EmulatedDevice(threads), ElementType.F32));
  }
}
