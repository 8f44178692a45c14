package parrot.model.kernel;

import java.util.Arrays;
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

  /**
   * The choice of a name.
   *
   * @throws IllegalArgumentException if there is none; the message lists those there are
   */
  public static DeviceChoice of(String name) {
    return Arrays.stream(values())
        .filter(choice -> choice.toString().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "Invalid device: " + name + " (must be " + names() + ")"));
  }

  private static String names() {
    return String.join(", ", Arrays.stream(values()).map(DeviceChoice::toString).toList());
  }

  /**
   * The name of the kernels that compute.
   *
   * @param named those of the processor that are asked for; null for the usual ones
   * @param card whether there is a card for whatever computes
   * @throws IllegalArgumentException if kernels of the processor are to compute on a card
   */
  public String kernels(String named, boolean card) {
    if (this == CUDA && named != null) {
      throw new IllegalArgumentException(
          "Invalid kernels: "
              + named
              + " computes on the processor (leave it out with device cuda)");
    }
    boolean onCard = this == CUDA || this == AUTO && card && named == null;
    return onCard ? KernelProvider.CUDA : named == null ? Kernels.defaultName() : named;
  }

  /** Why it cannot be done on this machine, and the remedy; empty if it can. */
  public Optional<String> obstacle() {
    return this == CUDA ? KernelProvider.named(KernelProvider.CUDA).obstacle() : Optional.empty();
  }
}
