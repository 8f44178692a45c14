package parrot.model.kernel.cuda.driver;

import com.sun.jna.StringArray;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import parrot.model.kernel.DeviceException;
import parrot.model.kernel.cuda.KernelSources;

/**
 * The kernels' machine code for one kind of card: compiled by NVRTC, all sources side by side, and
 * kept on disk by source, architecture and compiler. If the folder cannot be written, every process
 * compiles again.
 */
final class Cubins {
  private final int capability;
  private final int architecture;
  private final String compiler;
  private final Path folder;

  /**
   * @param folder for what was compiled
   */
  Cubins(Installation installation, Card card, Path folder) {
    capability = card.capability();
    architecture =
        installation.architectures().stream()
            .filter(known -> known <= capability)
            .max(Integer::compare)
            .orElseThrow(
                () ->
                    new DeviceException(
                        "Cannot compile for %s: NVRTC %s knows %s"
                            .formatted(
                                card, installation.compiler(), installation.architectures())));
    compiler = installation.compiler();
    this.folder = folder;
  }

  /** In the user's folder for what can be made again. */
  static Path userFolder() {
    String cache = System.getenv("XDG_CACHE_HOME");
    Path caches =
        cache == null || cache.isBlank()
            ? Path.of(System.getProperty("user.home"), ".cache")
            : Path.of(cache);
    return caches.resolve("parrot-on-spark").resolve("kernels");
  }

  /** An image for each of {@link KernelSources#NAMES}, for {@code cuModuleLoadData}. */
  List<byte[]> images() {
    return KernelSources.NAMES.parallelStream().map(this::image).toList();
  }

  /** Compiles a source again, whatever is kept. */
  byte[] compiledAgain(String name) {
    byte[] image = compile(name);
    keep(file(name), image);
    return image;
  }

  private byte[] image(String name) {
    Path file = file(name);
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      return compiledAgain(name); // not there, mostly
    }
  }

  private Path file(String name) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update((compiler + option()).getBytes(StandardCharsets.UTF_8));
      digest.update(KernelSources.text(name).getBytes(StandardCharsets.UTF_8));
      for (String header : KernelSources.HEADERS) {
        digest.update(KernelSources.text(header).getBytes(StandardCharsets.UTF_8));
      }
      String hash = HexFormat.of().formatHex(digest.digest(), 0, 12);
      return folder.resolve("%s-sm_%d-%s".formatted(name, architecture, hash));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A newer card than NVRTC knows gets code that its driver translates. */
  private boolean isTranslated() {
    return architecture / 10 < capability / 10;
  }

  private String option() {
    return "--gpu-architecture=" + (isTranslated() ? "compute_" : "sm_") + architecture;
  }

  private byte[] compile(String name) {
    String[] headers = KernelSources.HEADERS.toArray(String[]::new);
    String[] texts = KernelSources.HEADERS.stream().map(KernelSources::text).toArray(String[]::new);
    StringArray headerTexts = new StringArray(texts);
    StringArray headerNames = new StringArray(headers);
    StringArray options = new StringArray(new String[] {option(), "--std=c++17"});
    long[] program = {0};
    check(
        NvrtcApi.nvrtcCreateProgram(
            program, KernelSources.text(name), name, headers.length, headerTexts, headerNames),
        name,
        "");
    try {
      int error = NvrtcApi.nvrtcCompileProgram(program[0], 2, options);
      check(error, name, error == 0 ? "" : log(program[0]));
      long[] size = {0};
      check(
          isTranslated()
              ? NvrtcApi.nvrtcGetPTXSize(program[0], size)
              : NvrtcApi.nvrtcGetCUBINSize(program[0], size),
          name,
          "");
      byte[] image = new byte[Math.toIntExact(size[0])];
      check(
          isTranslated()
              ? NvrtcApi.nvrtcGetPTX(program[0], image)
              : NvrtcApi.nvrtcGetCUBIN(program[0], image),
          name,
          "");
      return image;
    } finally {
      NvrtcApi.nvrtcDestroyProgram(program);
    }
  }

  private static String log(long program) {
    long[] size = {0};
    if (NvrtcApi.nvrtcGetProgramLogSize(program, size) != 0 || size[0] < 2) {
      return "";
    }
    byte[] log = new byte[Math.toIntExact(size[0])];
    NvrtcApi.nvrtcGetProgramLog(program, log);
    return "\n" + new String(log, 0, log.length - 1, StandardCharsets.UTF_8);
  }

  private void check(int error, String name, String log) {
    if (error != 0) {
      throw new DeviceException(
          "Cannot compile %s for sm_%d with NVRTC %s: %s%s"
              .formatted(name, architecture, compiler, NvrtcApi.nvrtcGetErrorString(error), log));
    }
  }

  private void keep(Path file, byte[] image) {
    try {
      Files.createDirectories(folder);
      Path fresh = Files.createTempFile(folder, "new", null);
      Files.write(fresh, image);
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      return; // it only costs seconds
    }
  }
}
