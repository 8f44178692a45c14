package parrot.model.kernel.cuda.driver;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * Where NVIDIA's libraries may lie: {@value #SETTING}, the toolkit's and the linker's variables,
 * the usual folders, and the folders of Python's wheels, in this order. Executors rarely have
 * {@code LD_LIBRARY_PATH}, so libraries are loaded by absolute path.
 */
final class LibrarySearch {
  /** Folders, separated by colons, that are looked at first. */
  static final String SETTING = "PARROT_CUDA";

  private static final List<String> USUAL =
      List.of(
          "/usr/local/cuda/lib64",
          "/usr/local/cuda/targets/x86_64-linux/lib",
          "/usr/local/cuda/targets/sbsa-linux/lib",
          "/usr/local/nvidia/lib64",
          "/usr/lib/x86_64-linux-gnu",
          "/usr/lib/aarch64-linux-gnu",
          "/usr/lib64",
          "/usr/lib",
          "/usr/lib/wsl/lib",
          "/run/opengl-driver/lib",
          "/opt/conda/lib");

  /** What holds Python's packages: {@code lib/python3*} below them. */
  private static final List<String> PYTHONS =
      List.of("/opt/conda", "/opt/venv", "/usr/local", "/usr");

  private static final List<String> PACKAGES = List.of("site-packages", "dist-packages");

  private final List<Path> folders;

  LibrarySearch(List<Path> folders) {
    this.folders = List.copyOf(folders);
  }

  /**
   * @param environment variables by name, null for those that are not set
   */
  static LibrarySearch of(UnaryOperator<String> environment) {
    List<Path> folders = new ArrayList<>(paths(environment.apply(SETTING)));
    for (String home : List.of("CUDA_HOME", "CUDA_PATH")) {
      for (Path toolkit : paths(environment.apply(home))) {
        folders.add(toolkit.resolve("lib64"));
        folders.add(toolkit.resolve("lib"));
      }
    }
    folders.addAll(paths(environment.apply("LD_LIBRARY_PATH")));
    List<Path> pythons = new ArrayList<>();
    for (String python : List.of("VIRTUAL_ENV", "CONDA_PREFIX")) {
      pythons.addAll(paths(environment.apply(python)));
    }
    pythons.forEach(python -> folders.add(python.resolve("lib")));
    USUAL.forEach(folder -> folders.add(Path.of(folder)));
    folders.addAll(children(Path.of("/usr/local"), "cuda-1[2-9]*/lib64"));
    paths(environment.apply("HOME")).forEach(home -> pythons.add(home.resolve(".local")));
    PYTHONS.forEach(python -> pythons.add(Path.of(python)));
    pythons.forEach(python -> folders.addAll(wheels(python)));
    return new LibrarySearch(folders.stream().distinct().toList());
  }

  private static List<Path> paths(String setting) {
    return setting == null
        ? List.of()
        : Stream.of(setting.split(":")).filter(part -> !part.isBlank()).map(Path::of).toList();
  }

  /** Folders of NVIDIA's wheels, those of CUDA 13 ({@code nvidia/cu13/lib}) and those before. */
  private static List<Path> wheels(Path python) {
    List<Path> folders = new ArrayList<>();
    for (Path library : children(python.resolve("lib"), "python3*")) {
      for (String packages : PACKAGES) {
        folders.addAll(children(library.resolve(packages).resolve("nvidia"), "*/lib"));
      }
    }
    return folders;
  }

  /** Existing folders in order of their names, the last first. */
  private static List<Path> children(Path parent, String pattern) {
    int slash = pattern.indexOf('/');
    String name = slash < 0 ? pattern : pattern.substring(0, slash);
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(parent, name)) {
      for (Path child : stream) {
        Path folder = slash < 0 ? child : child.resolve(pattern.substring(slash + 1));
        if (Files.isDirectory(folder)) {
          found.add(folder);
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      return List.of(); // not there, or not for us to read
    }
    found.sort((a, b) -> b.compareTo(a));
    return found;
  }

  /**
   * The first folder's library.
   *
   * @param names that will do, the best first
   */
  Optional<Path> find(List<String> names) {
    return folders.stream()
        .flatMap(folder -> names.stream().map(folder::resolve))
        .filter(Files::isReadable)
        .map(Path::toAbsolutePath)
        .findFirst();
  }

  /** The folders that exist, for messages. */
  String looked() {
    List<String> there = folders.stream().filter(Files::isDirectory).map(Path::toString).toList();
    return there.isEmpty() ? "no folder that exists" : String.join(", ", there);
  }
}
