package parrot.model.kernel.cuda;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * The kernels' sources as a library for this processor, compiled by g++ and kept below {@code
 * target}, or in the folder that the property {@code parrot.emulator} names.
 */
public final class Emulator {
  private static final Path FOLDER =
      Path.of(System.getProperty("parrot.emulator", "target/emulator"));
  private static final Path JAVA = Path.of(System.getProperty("java.home"), "include");
  private static final Map<Map<String, String>, Path> LIBRARIES = new ConcurrentHashMap<>();
  private static Path loaded;

  private Emulator() {}

  /** Skips a test if kernels cannot be emulated here, and says why. */
  public static void assumeWorks() {
    boolean x86 = System.getProperty("os.arch").equals("amd64");
    assumeTrue(x86, "the emulator switches stacks of x86-64 processors only");
    assumeTrue(Files.exists(JAVA.resolve("jni.h")), "this Java has no header files");
    assumeTrue(find("g++"), "there is no g++ to compile kernels for the emulator");
  }

  public static boolean find(String program) {
    return Stream.of(System.getenv("PATH").split(":"))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
  }

  /** Some kernels' sources by file name, and all that they need to be emulated. */
  public static Map<String, String> sources(List<String> units) {
    Map<String, String> sources = new TreeMap<>();
    for (String name : units) {
      sources.put(name, KernelSources.text(name));
    }
    for (String name : KernelSources.HEADERS) {
      sources.put(name, KernelSources.text(name));
    }
    for (String name : List.of("emulator.h", "emulator.cpp")) {
      sources.put(name, resource(name));
    }
    return sources;
  }

  private static String resource(String name) {
    try {
      return Files.readString(Path.of(Emulator.class.getResource(name).toURI()));
    } catch (IOException | URISyntaxException e) {
      throw new IllegalStateException("Cannot read " + name, e);
    }
  }

  /** The library of some sources; compiled once. */
  public static Path library(Map<String, String> sources) {
    return LIBRARIES.computeIfAbsent(sources, Emulator::compile);
  }

  private static Path compile(Map<String, String> sources) {
    try {
      Path folder = FOLDER.resolve(hash(sources)).toAbsolutePath();
      Path library = folder.resolve("kernels.so");
      Files.createDirectories(folder);
      try (FileChannel lock = FileChannel.open(folder.resolve("lock"), CREATE, WRITE)) {
        lock.lock(); // other processes may want the same
        if (!Files.exists(library)) {
          compile(sources, folder, library);
        }
        return library;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void compile(Map<String, String> sources, Path folder, Path library)
      throws IOException {
    try {
      List<String> command =
          new ArrayList<>(
              List.of(
                  "g++",
                  "-O2",
                  "-std=c++17",
                  "-fPIC",
                  "-shared",
                  "-fvisibility=hidden",
                  "-ffp-contract=off",
                  "-w",
                  "-DPARROT_EMULATED",
                  "-I" + JAVA,
                  "-I" + JAVA.resolve("linux"),
                  "-x",
                  "c++"));
      for (var source : sources.entrySet()) {
        Files.writeString(folder.resolve(source.getKey()), source.getValue());
        if (!source.getKey().endsWith("h")) {
          command.add(source.getKey());
        }
      }
      Path fresh = Files.createTempFile(folder, "kernels", ".so");
      command.addAll(List.of("-o", fresh.toString(), "-ldl"));
      Process process =
          new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new IllegalStateException("Cannot compile kernels for the emulator:\n" + said);
      }
      Files.move(fresh, library, StandardCopyOption.ATOMIC_MOVE);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String hash(Map<String, String> sources) {
    try {
      byte[] all = sources.toString().getBytes(StandardCharsets.UTF_8);
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(all);
      return HexFormat.of().formatHex(digest, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Loads a library, so that the native methods below are its own: the first one's stay. */
  static synchronized void load(Path library) {
    if (loaded == null) {
      System.load(library.toString());
      loaded = library;
    }
  }

  /**
   * Runs a kernel of a library.
   *
   * @param arguments address of an array of addresses
   * @param seed of the order of threads; 0 takes all in order
   * @return what went wrong, or null
   */
  static native String launch(
      String library,
      String kernel,
      int columns,
      int rows,
      int threads,
      int sharedBytes,
      long arguments,
      long seed);

  static native void product(
      boolean transposeA,
      boolean transposeB,
      int m,
      int n,
      int k,
      boolean rounded,
      long a,
      long lda,
      long b,
      long ldb,
      float beta,
      boolean roundedResult,
      long d,
      long ldd);
}
