package parrot.model.kernel.cuda.driver;

import java.nio.file.Path;
import parrot.model.kernel.cuda.CudaKernels;
import parrot.model.kernel.cuda.Emulator;
import parrot.model.tensor.ElementType;

/**
 * What these tests compute on: an emulated card, or this machine's own if a property asks for it.
 */
final class TestedCard {
  static final String REAL = "parrot.card";

  private TestedCard() {}

  /** Skips a test if neither is there. */
  static void assumeWorks() {
    if (!isReal()) {
      Emulator.assumeWorks();
    }
  }

  static boolean isReal() {
    return System.getProperty(REAL) != null;
  }

  static Installation installation() {
    return isReal() ? Installation.here() : EmulatedDriver.open();
  }

  /**
   * @param kept for compiled kernels
   */
  static DriverDevice device(Path kept) {
    Installation installation = installation();
    return new DriverDevice(installation, installation.cards().get(0), kept);
  }

  static CudaKernels kernels(ElementType factorType, Path kept) {
    return new CudaKernels(device(kept), factorType);
  }

  /** Kernels that are kept as a user's are. */
  static CudaKernels kernels(ElementType factorType) {
    return kernels(factorType, Cubins.userFolder());
  }
}
