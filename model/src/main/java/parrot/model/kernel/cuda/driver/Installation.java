package parrot.model.kernel.cuda.driver;

import com.sun.jna.NativeLibrary;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import parrot.model.kernel.DeviceException;

/**
 * NVIDIA's driver and libraries on this machine: found, bound, asked for their versions, and only
 * then for cards. A function that is missing is an exception here and never the end of the process.
 */
final class Installation {
  private static final int OLDEST_CUDA = 12;
  private static final String NEEDED = "; install NVIDIA's driver, version 525 or newer";
  private static final String PROPERTY = "parrot.cuda";

  private final int driverVersion;
  private final int compilerVersion;
  private final long productsVersion;
  private final List<Integer> architectures;
  private final List<Card> cards;

  private Installation(LibrarySearch search) {
    driverVersion = driver(search);
    cards = findCards();
    Path compiler =
        toolkit(search, "libnvrtc", "NVRTC (package cuda-nvrtc, or the wheel nvidia-cuda-nvrtc)");
    Path products =
        toolkit(search, "libcublasLt", "cuBLAS (package libcublas, or the wheel nvidia-cublas)");
    bind(compiler, () -> bindCompiler(compiler));
    bind(products, () -> CublasLtApi.bind(products));
    int[] major = {0};
    int[] minor = {0};
    NvrtcApi.nvrtcVersion(major, minor);
    compilerVersion = 1000 * major[0] + 10 * minor[0];
    architectures = findArchitectures();
    productsVersion = CublasLtApi.cublasLtGetVersion();
  }

  /**
   * Finds and binds everything.
   *
   * @throws DeviceException with what is missing, where it was looked for and what to install
   */
  static Installation open(LibrarySearch search) {
    return new Installation(search);
  }

  /** Once per process, and by one thread: in the initialiser of a class. */
  private static final class Here {
    static final Installation FOUND;
    static final DeviceException FAILURE;

    static {
      Installation found = null;
      DeviceException failure = null;
      try {
        found = open(LibrarySearch.of(settings()));
      } catch (DeviceException e) {
        failure = e;
      } catch (LinkageError e) {
        failure = new DeviceException("Cannot use a GPU: JNA does not load here (" + e + ")", e);
      } catch (RuntimeException e) { // such as a folder whose name is no path in this locale
        failure = new DeviceException("Cannot use a GPU: the search for one failed (" + e + ")", e);
      }
      FOUND = found;
      FAILURE = failure;
    }

    private static UnaryOperator<String> settings() {
      return name ->
          name.equals(LibrarySearch.SETTING)
              ? System.getProperty(PROPERTY, System.getenv(name))
              : System.getenv(name);
    }
  }

  /**
   * What this process computes with.
   *
   * @throws DeviceException as {@link #open}
   */
  static Installation here() {
    if (Here.FAILURE != null) {
      throw new DeviceException(Here.FAILURE.getMessage(), Here.FAILURE);
    }
    return Here.FOUND;
  }

  /** Why no card can be used, and the remedy; empty if one can. */
  static Optional<String> obstacle() {
    return Optional.ofNullable(Here.FAILURE).map(DeviceException::getMessage);
  }

  private static int driver(LibrarySearch search) {
    String name = "libcuda.so.1";
    Path library =
        search
            .find(List.of(name))
            .orElseThrow(
                () ->
                    new DeviceException(
                        "Cannot use a GPU: there is no NVIDIA driver (%s is not in %s)%s, or name its folder in %s"
                            .formatted(name, search.looked(), NEEDED, LibrarySearch.SETTING)));
    try {
      DriverApi.bind(library);
    } catch (UnsatisfiedLinkError e) {
      throw new DeviceException(
          "Cannot use a GPU: %s is too old a driver, or does not load (%s)%s"
              .formatted(library, reason(e), NEEDED),
          e);
    }
    int error = DriverApi.cuInit(0);
    if (error != 0) {
      throw new DeviceException(
          "Cannot use a GPU: the driver %s does not start (%s); %s"
              .formatted(library, CardContext.name(error), remedy(error)));
    }
    int[] version = {0};
    error = DriverApi.cuDriverGetVersion(version);
    if (error != 0 || version[0] < 1000 * OLDEST_CUDA) {
      throw new DeviceException(
          "Cannot use a GPU: the driver %s is made for CUDA %s (must be %d.0 or newer)%s"
              .formatted(library, version(version[0]), OLDEST_CUDA, NEEDED));
    }
    return version[0];
  }

  private static String remedy(int error) {
    return switch (error) {
      case 34 ->
          "this is the toolkit's stub: name the driver's own folder first in "
              + LibrarySearch.SETTING;
      case 100, 101 ->
          "no GPU is visible: see nvidia-smi and CUDA_VISIBLE_DEVICES, and whether"
              + " the container was given a GPU";
      case 802 -> "start NVIDIA's fabric manager, and see nvidia-smi";
      case 803, 804 ->
          "the driver's library and its kernel module differ: restart the machine, or"
              + " leave the image's compatibility library out";
      default -> "see nvidia-smi and the kernel's log";
    };
  }

  private interface Binding {
    void bind();
  }

  private static void bind(Path library, Binding binding) {
    try {
      binding.bind();
    } catch (UnsatisfiedLinkError e) {
      throw new DeviceException(
          "Cannot use a GPU: %s does not load, or is too old (%s)".formatted(library, reason(e)),
          e);
    }
  }

  /** NVRTC asks for its second library by name only, which it finds if it is loaded already. */
  private static void bindCompiler(Path library) {
    String version = library.toString().replaceFirst(".*\\.so\\.", "");
    new LibrarySearch(List.of(library.getParent()))
        .find(builtins(version))
        .ifPresent(builtins -> NativeLibrary.getInstance(builtins.toString()));
    NvrtcApi.bind(library);
  }

  private static List<String> builtins(String version) {
    String name = "libnvrtc-builtins.so." + version;
    return version.contains(".")
        ? List.of(name)
        : IntStream.rangeClosed(0, 9).mapToObj(minor -> name + "." + (9 - minor)).toList();
  }

  /** A library of the newest CUDA that the driver knows. */
  private Path toolkit(LibrarySearch search, String library, String what) {
    int newest = driverVersion / 1000;
    List<String> names =
        IntStream.rangeClosed(OLDEST_CUDA, newest)
            .mapToObj(major -> library + ".so." + (newest + OLDEST_CUDA - major))
            .toList();
    return search
        .find(names)
        .orElseThrow(
            () ->
                new DeviceException(
                    "Cannot use a GPU: %s is not in %s; install %s of CUDA %d, or name its folder in %s"
                        .formatted(
                            String.join(" or ", names),
                            search.looked(),
                            what,
                            newest,
                            LibrarySearch.SETTING)));
  }

  /** The second line, if there is one, has the linker's words. */
  private static String reason(Throwable thrown) {
    return String.valueOf(thrown.getMessage()).lines().limit(2).collect(Collectors.joining(" "));
  }

  private static List<Card> findCards() {
    record Found(String bus, Card card) {}
    int[] count = {0};
    DriverApi.cuDeviceGetCount(count);
    List<Found> found = new ArrayList<>();
    for (int ordinal = 0; ordinal < count[0]; ordinal++) {
      int[] device = {0};
      byte[] name = new byte[128];
      byte[] uuid = new byte[16];
      byte[] bus = new byte[32];
      long[] bytes = {0};
      int error =
          Stream.of(
                  DriverApi.cuDeviceGet(device, ordinal),
                  DriverApi.cuDeviceGetName(name, name.length, device[0]),
                  DriverApi.cuDeviceGetUuid_v2(uuid, device[0]),
                  DriverApi.cuDeviceGetPCIBusId(bus, bus.length, device[0]),
                  DriverApi.cuDeviceTotalMem_v2(bytes, device[0]))
              .filter(code -> code != 0)
              .findFirst()
              .orElse(0);
      if (error != 0) {
        throw new DeviceException(
            "Cannot use a GPU: the driver does not describe GPU %d (%s); %s"
                .formatted(ordinal, CardContext.name(error), remedy(error)));
      }
      int capability =
          10 * attribute(DriverApi.CAPABILITY_MAJOR, device[0])
              + attribute(DriverApi.CAPABILITY_MINOR, device[0]);
      Card card = new Card(0, device[0], text(name), uuid(uuid), bytes[0], capability);
      found.add(new Found(text(bus), card));
    }
    found.sort(Comparator.comparing(Found::bus));
    List<Card> cards = new ArrayList<>();
    for (Found one : found) {
      cards.add(one.card().at(cards.size()));
    }
    if (cards.stream().noneMatch(Card::isNewEnough)) {
      throw new DeviceException(
          cards.isEmpty()
              ? "Cannot use a GPU: none is visible; see nvidia-smi and CUDA_VISIBLE_DEVICES"
              : "Cannot use a GPU: %s is older than sm_%d (Ampere)"
                  .formatted(cards.get(0), Card.OLDEST_CAPABILITY));
    }
    return List.copyOf(cards);
  }

  private static int attribute(int attribute, int device) {
    int[] value = {0};
    DriverApi.cuDeviceGetAttribute(value, attribute, device);
    return value[0];
  }

  private static String text(byte[] bytes) {
    int length = 0;
    while (length < bytes.length && bytes[length] != 0) {
      length++;
    }
    return new String(bytes, 0, length, StandardCharsets.UTF_8);
  }

  private static String uuid(byte[] bytes) {
    String digits = HexFormat.of().formatHex(bytes);
    return digits.replaceFirst("(.{8})(.{4})(.{4})(.{4})(.{12})", "$1-$2-$3-$4-$5");
  }

  private static List<Integer> findArchitectures() {
    int[] count = {0};
    NvrtcApi.nvrtcGetNumSupportedArchs(count);
    int[] found = new int[count[0]];
    if (found.length > 0) {
      NvrtcApi.nvrtcGetSupportedArchs(found);
    }
    return IntStream.of(found).boxed().toList();
  }

  /** In the order of PCI buses. */
  List<Card> cards() {
    return cards;
  }

  /** What NVRTC compiles for: 90 for sm_90. */
  List<Integer> architectures() {
    return architectures;
  }

  /** In words, equal where bytes may be expected to be equal. */
  String versions() {
    return "driver for CUDA %s, NVRTC %s, cuBLASLt %d"
        .formatted(version(driverVersion), compiler(), productsVersion);
  }

  /** The version of NVRTC. */
  String compiler() {
    return version(compilerVersion);
  }

  private static String version(int number) {
    return number / 1000 + "." + number % 1000 / 10;
  }
}
