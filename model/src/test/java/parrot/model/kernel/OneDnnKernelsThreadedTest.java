package parrot.model.kernel;

class OneDnnKernelsThreadedTest extends KernelsContractTest {
  @Override
  Kernels create() {
    return Kernels.create("onednn", Precision.F32, 3);
  }
}
