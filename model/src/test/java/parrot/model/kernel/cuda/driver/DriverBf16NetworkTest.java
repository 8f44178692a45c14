package parrot.model.kernel.cuda.driver;

import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import parrot.model.kernel.Kernels;
import parrot.model.kernel.Precision;
import parrot.model.network.Bf16NetworkTest;
import parrot.model.tensor.ElementType;

/** The network with bfloat16 factors on this machine's card. */
@EnabledIfSystemProperty(named = TestedCard.REAL, matches = ".*")
class DriverBf16NetworkTest extends Bf16NetworkTest {
  @Override
  protected Kernels create(Precision precision) {
    return precision == Precision.BF16
        ? TestedCard.kernels(ElementType.BF16)
        : super.create(precision);
  }
}
