package parrot.model.kernel.cuda.driver;

import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import parrot.model.kernel.Kernels;
import parrot.model.kernel.KernelsAgreementTest;
import parrot.model.kernel.cuda.OnDevice;
import parrot.model.tensor.ElementType;

/** The kernels of this machine's card against the reference. */
@EnabledIfSystemProperty(named = TestedCard.REAL, matches = ".*")
class DriverAgreementTest extends KernelsAgreementTest {
  @Override
  protected Kernels actual(int threads) {
    return OnDevice.of(TestedCard.kernels(ElementType.F32));
  }

  @Override
  protected boolean multipliesBf16() {
    return true;
  }
}
