package parrot.model.kernel.reference;

import java.util.Optional;
import parrot.model.kernel.KernelProvider;
import parrot.model.kernel.Kernels;
import parrot.model.kernel.Precision;

/** Plain loops in double precision; they work everywhere. */
public final class ReferenceProvider implements KernelProvider {
  @Override
  public String name() {
    return "reference";
  }

  @Override
  public Optional<String> obstacle() {
    return Optional.empty();
  }

  @Override
  public boolean gainsFromBf16() {
    return false;
  }

  @Override
  public boolean usesOpenMp() {
    return false;
  }

  /** Precision and threads do not matter: sums are double, and there is one thread. */
  @Override
  public Kernels create(Precision precision, int threads) {
    return new ReferenceKernels();
  }
}
