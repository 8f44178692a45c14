package parrot.model.kernel.cuda;

import org.junit.jupiter.api.BeforeAll;
import parrot.model.kernel.Kernels;
import parrot.model.kernel.KernelsContractTest;
import parrot.model.tensor.ElementType;

/** The contract, kept by the kernels of a card, emulated. */
class CudaKernelsTest extends KernelsContractTest {
  @BeforeAll
  static void needsTheEmulator() {
    Emulator.assumeWorks();
  }

  @Override
  public Kernels create() {
    return OnDevice.of(new CudaKernels(new EmulatedDevice(1), ElementType.F32));
  }

  @Override
  protected boolean multipliesBf16() {
    return true;
  }
}
