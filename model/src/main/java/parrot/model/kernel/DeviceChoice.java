package parrot.model.kernel;

import java.util.Locale;
import java.util.Optional;

/** Where a run is asked to compute. */
public enum DeviceChoice {
  /** On a card if one is there for it, else on the processor. */
  AUTO,
  /** On the processor. */
  CPU,
  /** On NVIDIA's cards, or not at all. */
  CUDA;

  /** As written in configurations: {@code auto}, {@code cpu}, {@code cuda}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Why it cannot be done on this machine, and the remedy; empty if it can. */
  public Optional<String> obstacle() {
    return this == CUDA ? KernelProvider.named(KernelProvider.CUDA).obstacle() : Optional.empty();
  }
}
