package parrot.model.network;

import parrot.model.kernel.Kernels;
import parrot.model.kernel.Precision;

class ReferenceNetworkTest extends NetworkParityTest {
  @Override
  protected Kernels create() {
    return Kernels.create("reference", Precision.F32, 1);
  }
}
