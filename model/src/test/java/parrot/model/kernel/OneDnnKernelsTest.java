package parrot.model.kernel;

class OneDnnKernelsTest extends KernelsContractTest {
  @Override
  Kernels create() {
    return Kernels.create("onednn", Precision.F32, 1);
  }
}
