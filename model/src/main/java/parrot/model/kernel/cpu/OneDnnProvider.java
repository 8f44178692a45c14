package parrot.model.kernel.cpu;

import java.util.Optional;
import parrot.model.kernel.KernelProvider;
import parrot.model.kernel.Kernels;
import parrot.model.kernel.Precision;

/** The processor, with oneDNN and the Vector API. */
public final class OneDnnProvider implements KernelProvider {
  @Override
  public String name() {
    return "onednn";
  }

  @Override
  public Optional<String> obstacle() {
    return OneDnn.obstacle();
  }

  @Override
  public boolean gainsFromBf16() {
    return OneDnn.gainsFromBf16();
  }

  @Override
  public boolean usesOpenMp() {
    return true;
  }

  @Override
  public Kernels create(Precision precision, int threads) {
    return new OneDnnKernels(precision, threads);
  }
}
