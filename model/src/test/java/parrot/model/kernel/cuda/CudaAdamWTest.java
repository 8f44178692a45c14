package parrot.model.kernel.cuda;

import org.junit.jupiter.api.BeforeAll;
import parrot.model.kernel.AdamWKernelTest;
import parrot.model.kernel.Kernels;
import parrot.model.kernel.Precision;
import parrot.model.tensor.ElementType;

/** One step of AdamW on a card, emulated. */
class CudaAdamWTest extends AdamWKernelTest {
  @BeforeAll
  static void needsTheEmulator() {
    Emulator.assumeWorks();
  }

  @Override
  protected Kernels create(String name, Precision precision, int threads) {
    return name.equals("reference")
        ? super.create(name, precision, threads)
        : OnDevice.of(new CudaKernels(new EmulatedDevice(threads), ElementType.F32));
  }
}
