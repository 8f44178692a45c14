package parrot.model.kernel.cuda.driver;

import com.sun.jna.NativeLibrary;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import parrot.model.kernel.cuda.Emulator;
import parrot.model.kernel.cuda.KernelSources;

/** NVIDIA's driver and libraries, emulated: as files that a search for libraries finds. */
final class EmulatedDriver {
  private static final List<String> NAMES =
      List.of("libcuda.so.1", "libnvrtc.so.13", "libcublasLt.so.13");

  private EmulatedDriver() {}

  /** The folder of the libraries. */
  static Path folder() {
    Path kernels = Emulator.library(Emulator.sources(KernelSources.NAMES));
    String header = "#define KERNELS \"%s\"\n".formatted(kernels);
    Path library = Emulator.library(Map.of("driver.cpp", source(), "kernels.h", header));
    for (String name : NAMES) {
      link(library.resolveSibling(name), library);
    }
    return library.getParent();
  }

  private static String source() {
    try {
      return Files.readString(Path.of(EmulatedDriver.class.getResource("driver.cpp").toURI()));
    } catch (IOException | URISyntaxException e) {
      throw new IllegalStateException("Cannot read driver.cpp", e);
    }
  }

  private static void link(Path link, Path library) {
    try {
      Files.createSymbolicLink(link, library);
    } catch (FileAlreadyExistsException e) {
      return;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** As after a start of the machine, with one card. */
  static Installation open() {
    call("emuHeal");
    set("cards", 1);
    set("driver", 13000);
    set("major", 9);
    set("minor", 0);
    set("wrong", 0);
    return Installation.open(new LibrarySearch(List.of(folder())));
  }

  static void set(String key, long value) {
    call("emuSet", key, value);
  }

  /** The next call of a function gives an error. */
  static void fail(String function, int error) {
    call("emuFail", function, error);
  }

  /** How often a function was called. */
  static long count(String function) {
    return library().getFunction("emuCount").invokeLong(new Object[] {function});
  }

  /** Bytes of the card's memory in use. */
  static long used() {
    return library().getFunction("emuUsed").invokeLong(new Object[0]);
  }

  private static void call(String function, Object... arguments) {
    library().getFunction(function).invokeVoid(arguments);
  }

  private static NativeLibrary library() {
    return NativeLibrary.getInstance(folder().resolve(NAMES.get(0)).toString());
  }
}
