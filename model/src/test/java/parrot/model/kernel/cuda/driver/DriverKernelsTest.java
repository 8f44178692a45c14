package parrot.model.kernel.cuda.driver;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import parrot.model.kernel.Kernels;
import parrot.model.kernel.KernelsContractTest;
import parrot.model.kernel.cuda.OnDevice;
import parrot.model.tensor.ElementType;

/** The contract, kept by a card's kernels through NVIDIA's own functions, emulated if need be. */
class DriverKernelsTest extends KernelsContractTest {
  @TempDir static Path kept;

  @BeforeAll
  static void needsACard() {
    TestedCard.assumeWorks();
  }

  @Override
  public Kernels create() {
    return OnDevice.of(TestedCard.kernels(ElementType.F32, kept));
  }

  @Override
  protected boolean multipliesBf16() {
    return true;
  }
}
