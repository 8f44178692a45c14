package parrot.model.kernel.cuda.driver;

import com.sun.jna.Pointer;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import parrot.model.kernel.DeviceException;
import parrot.model.kernel.LostDeviceException;

/**
 * A card's primary context, which all of this process share and which lives as long as it does. Any
 * thread may use it once it has {@link #enter entered}: Spark's tasks come and go on its threads.
 */
final class CardContext {
  private static final Map<Integer, CardContext> OPEN = new HashMap<>();

  /** Errors after which the driver serves this process no more. */
  private static final Set<Integer> LOST =
      Set.of(46, 214, 220, 700, 702, 709, 710, 714, 715, 716, 717, 718, 719, 721, 999);

  private static final int CLEANING_MILLIS = 500;

  private final Card card;
  private final long handle;

  private CardContext(Card card) {
    this.card = card;
    long[] context = {0};
    check(DriverApi.cuDevicePrimaryCtxRetain(context, card.ordinal()), "open it");
    handle = context[0];
  }

  static CardContext of(Card card) {
    synchronized (OPEN) {
      return OPEN.computeIfAbsent(card.ordinal(), ordinal -> new CardContext(card));
    }
  }

  Card card() {
    return card;
  }

  /** Lets the calling thread use the card. */
  CardContext enter() {
    check(DriverApi.cuCtxSetCurrent(handle), "use it in this thread");
    return this;
  }

  /**
   * Fails on any error.
   *
   * @param doing what was asked for, to follow "Cannot"
   */
  void check(int error, String doing) {
    if (error != 0) {
      throw failure(error, doing);
    }
  }

  private DeviceException failure(int error, String doing) {
    if (LOST.contains(error)) {
      return new LostDeviceException(
          "%s failed (%s; asked to %s) and is lost to this process; %s"
              .formatted(card, name(error), doing, remedy(error)));
    }
    return new DeviceException("Cannot %s on %s: %s".formatted(doing, card, name(error)));
  }

  private static String remedy(int error) {
    return switch (error) {
      case 46 -> "another process holds it: see nvidia-smi, and its compute mode";
      case 214 -> "its memory has an error: see nvidia-smi -q -d ECC, and exclude it if it returns";
      case 220 -> "a link between cards has an error: see nvidia-smi nvlink -e";
      case 700, 710, 714, 715, 716, 717, 718, 719, 721 ->
          "run again; if it returns on other cards"
              + " too, a kernel is wrong: compute with kernels.device cpu and report it";
      default -> "see nvidia-smi and the kernel's log for Xid";
    };
  }

  /** An error as the driver calls it, with its number. */
  static String name(int error) {
    long[] text = {0};
    boolean known = DriverApi.cuGetErrorString(error, text) == 0 && text[0] != 0;
    return known ? new Pointer(text[0]).getString(0) + " (" + error + ")" : "error " + error;
  }

  /**
   * New memory.
   *
   * @return its address, a multiple of 256
   */
  long allocate(long bytes) {
    enter();
    long[] address = {0};
    int error = DriverApi.cuMemAlloc_v2(address, bytes);
    if (error == DriverApi.OUT_OF_MEMORY) {
      awaitUnusedBlocks();
      error = DriverApi.cuMemAlloc_v2(address, bytes);
    }
    if (error == DriverApi.OUT_OF_MEMORY) {
      throw outOfMemory(bytes);
    }
    check(error, "allocate memory");
    return address[0];
  }

  /** Blocks that are out of use, as those of a replica that failed, are freed by a cleaner. */
  private static void awaitUnusedBlocks() {
    System.gc();
    try {
      Thread.sleep(CLEANING_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private DeviceException outOfMemory(long bytes) {
    long[] free = {0};
    long[] total = {0};
    DriverApi.cuMemGetInfo_v2(free, total);
    return new DeviceException(
        ("Out of memory on %s: %.2f GiB needed at once, %.2f of %.2f GiB free; lower batch_size,"
                + " set recompute to true or kernels.precision to bf16, and see nvidia-smi"
                + " for other processes")
            .formatted(card, gibibytes(bytes), gibibytes(free[0]), gibibytes(total[0])));
  }

  private static double gibibytes(long bytes) {
    return bytes / (double) (1L << 30);
  }

  /** Frees memory; waits for what uses it. Errors have shown elsewhere, or will. */
  void free(long address) {
    if (DriverApi.cuCtxSetCurrent(handle) == 0) {
      DriverApi.cuMemFree_v2(address);
    }
  }
}
