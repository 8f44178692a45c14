package parrot.model.kernel.reference;

import parrot.model.kernel.Kernels;
import parrot.model.kernel.KernelsContractTest;
import parrot.model.kernel.Precision;

class ReferenceKernelsTest extends KernelsContractTest {
  @Override
  public Kernels create() {
    return Kernels.create("reference", Precision.F32, 1);
  }
}
