package parrot.model.kernel.cuda;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import parrot.model.kernel.KernelProvider;
import parrot.model.kernel.Kernels;
import parrot.model.kernel.Precision;
import parrot.model.tensor.ElementType;

/** Emulated cards in the place of NVIDIA's, a new one whenever kernels are made. */
public final class EmulatedProvider implements KernelProvider {
  public static final String NAME = "cuda";

  private static final long SEED = 7;

  private final ConcurrentLinkedDeque<EmulatedDevice> devices = new ConcurrentLinkedDeque<>();

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Optional<String> obstacle() {
    return Optional.empty();
  }

  @Override
  public List<String> devices() {
    return List.of("emulated");
  }

  @Override
  public boolean gainsFromBf16() {
    return true;
  }

  @Override
  public boolean isOnCards() {
    return true;
  }

  @Override
  public boolean usesOpenMp() {
    return false;
  }

  @Override
  public Kernels create(Precision precision, int threads) {
    EmulatedDevice device = new EmulatedDevice(SEED);
    devices.add(device);
    return new CudaKernels(
        device, precision == Precision.BF16 ? ElementType.BF16 : ElementType.F32);
  }

  /** The card that was made last. */
  public EmulatedDevice newest() {
    return devices.getLast();
  }
}
