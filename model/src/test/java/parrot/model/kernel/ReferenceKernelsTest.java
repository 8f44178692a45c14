package parrot.model.kernel;

class ReferenceKernelsTest extends KernelsContractTest {
  @Override
  Kernels create() {
    return Kernels.create("reference", Precision.F32, 1);
  }
}
