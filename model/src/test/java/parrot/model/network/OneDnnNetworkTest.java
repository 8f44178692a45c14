package parrot.model.network;

import parrot.model.kernel.Kernels;
import parrot.model.kernel.Precision;

class OneDnnNetworkTest extends NetworkParityTest {
  @Override
  protected Kernels create() {
    return Kernels.create("onednn", Precision.F32, 1);
  }
}
