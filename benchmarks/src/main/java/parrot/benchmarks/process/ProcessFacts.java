package parrot.benchmarks.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What Linux tells about this process. */
final class ProcessFacts {
  private static final Path STAT = Path.of("/proc/self/stat");
  private static final Path STATUS = Path.of("/proc/self/status");

  private ProcessFacts() {}

  /** Minor page faults of all threads so far. */
  static long minorFaults() {
    return minorFaults(read(STAT));
  }

  /** The tenth field; the second is a name in parentheses that may hold blanks. */
  static long minorFaults(String stat) {
    String[] behindName = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return Long.parseLong(behindName[7]);
  }

  /** Largest resident memory so far, in bytes. */
  static long peakBytes() {
    return peakBytes(read(STATUS));
  }

  static long peakBytes(String status) {
    return status
        .lines()
        .filter(line -> line.startsWith("VmHWM:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) << 10)
        .findFirst()
        .orElseThrow(
            () -> new IllegalStateException("Cannot read peak memory: /proc has no VmHWM"));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + file, e);
    }
  }
}
