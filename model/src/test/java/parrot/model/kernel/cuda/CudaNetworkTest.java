package parrot.model.kernel.cuda;

import org.junit.jupiter.api.BeforeAll;
import parrot.model.kernel.Kernels;
import parrot.model.network.NetworkParityTest;
import parrot.model.tensor.ElementType;

/** The network in the memory of an emulated card. */
class CudaNetworkTest extends NetworkParityTest {
  @BeforeAll
  static void needsTheEmulator() {
    Emulator.assumeWorks();
  }

  @Override
  protected Kernels create() {
    return new CudaKernels(new EmulatedDevice(1), ElementType.F32);
  }
}
