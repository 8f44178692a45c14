package parrot.model.kernel.cpu;

import parrot.model.kernel.Kernels;
import parrot.model.kernel.KernelsContractTest;
import parrot.model.kernel.Precision;

class OneDnnKernelsThreadedTest extends KernelsContractTest {
  @Override
  public Kernels create() {
    return Kernels.create("onednn", Precision.F32, 3);
  }
}
