package parrot.model.kernel.cuda.driver;

import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import parrot.model.kernel.AttentionAgreementTest;
import parrot.model.kernel.Kernels;
import parrot.model.kernel.cuda.OnDevice;
import parrot.model.tensor.ElementType;

/** Attention on this machine's card against its definition. */
@EnabledIfSystemProperty(named = TestedCard.REAL, matches = ".*")
class DriverAttentionTest extends AttentionAgreementTest {
  @Override
  protected Kernels actual(int threads) {
    return OnDevice.of(TestedCard.kernels(ElementType.F32));
  }

  @Override
  protected boolean multipliesBf16() {
    return true;
  }
}
