package parrot.model.kernel;

import java.util.Optional;

/** Where a run is asked to compute. */
public enum DeviceChoice {
  /** On what is best of what works here: for now, always the processor. */
  AUTO,
  /** On the processor. */
  CPU,
  /** On NVIDIA's cards, or not at all. */
  CUDA;

  /** Why it cannot be done, and the remedy; empty if it can. */
  public Optional<String> obstacle() {
    return this == CUDA
        ? Optional.of(
            "Cannot compute on a GPU: this version's kernels for NVIDIA's cards run on an emulator"
                + " in its tests, and are not connected to NVIDIA's driver yet; set kernels.device"
                + " to auto or cpu")
        : Optional.empty();
  }
}
