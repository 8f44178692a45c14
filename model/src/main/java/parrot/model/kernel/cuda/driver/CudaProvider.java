package parrot.model.kernel.cuda.driver;

import java.util.List;
import java.util.Optional;
import parrot.model.kernel.DeviceException;
import parrot.model.kernel.DeviceLease;
import parrot.model.kernel.KernelProvider;
import parrot.model.kernel.Kernels;
import parrot.model.kernel.Precision;
import parrot.model.kernel.cuda.CudaKernels;
import parrot.model.tensor.ElementType;

/** NVIDIA's cards. */
public final class CudaProvider implements KernelProvider {
  /** Once per process; made when a card is asked for. */
  private static final class Here {
    static final Cards CARDS = new Cards(Installation.here().cards());
  }

  @Override
  public String name() {
    return CUDA;
  }

  @Override
  public boolean isOnCards() {
    return true;
  }

  @Override
  public Optional<String> obstacle() {
    return Installation.obstacle();
  }

  @Override
  public boolean gainsFromBf16() {
    return true;
  }

  @Override
  public boolean usesOpenMp() {
    return false;
  }

  @Override
  public List<String> devices() {
    return words(Installation.here().cards());
  }

  @Override
  public List<String> offered() {
    requireUsable();
    return words(Here.CARDS.offered());
  }

  private static List<String> words(List<Card> cards) {
    String versions = Installation.here().versions();
    return cards.stream().map(card -> card.kind() + ", " + versions).toList();
  }

  @Override
  public DeviceLease lease(Optional<String> address) {
    requireUsable();
    return Here.CARDS.lease(address);
  }

  @Override
  public String leased() {
    requireUsable();
    return Here.CARDS.current().toString();
  }

  @Override
  public Kernels create(Precision precision, int threads) {
    requireUsable();
    DriverDevice device =
        new DriverDevice(Installation.here(), Here.CARDS.current(), Cubins.userFolder());
    return new CudaKernels(
        device, precision == Precision.BF16 ? ElementType.BF16 : ElementType.F32);
  }

  private void requireUsable() {
    obstacle()
        .ifPresent(
            reason -> {
              throw new DeviceException(reason);
            });
  }
}
