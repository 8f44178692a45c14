package parrot.benchmarks.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What Linux tells about a process. */
public final class ProcessFacts {
  private static final Path STAT = Path.of("/proc/self/stat");
  private static final double TICKS_PER_SECOND = 100;
  private static final Path STATUS = Path.of("/proc/self/status");

  private ProcessFacts() {}

  /** Minor page faults of all threads of this one so far. */
  static long minorFaults() {
    return minorFaults(read(STAT));
  }

  /** The tenth field; the second is a name in parentheses that may hold blanks. */
  static long minorFaults(String stat) {
    String[] behindName = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return Long.parseLong(behindName[7]);
  }

  /** CPU time of the processes that this one has started and that have ended. */
  static double childrenCpuSeconds() {
    return childrenCpuSeconds(read(STAT));
  }

  /** The sum of the sixteenth and seventeenth fields, which Linux counts in hundredths. */
  static double childrenCpuSeconds(String stat) {
    String[] behindName = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return (Long.parseLong(behindName[13]) + Long.parseLong(behindName[14])) / TICKS_PER_SECOND;
  }

  /**
   * Largest resident memory so far, in bytes. Up to JDK 20, ZGC maps every page of the heap at
   * three addresses, and Linux counts it three times.
   */
  static long peakBytes() {
    return peakBytes(read(STATUS));
  }

  /** The same of another process; 0 if it has ended. */
  public static long peakBytes(long pid) {
    try {
      String status = Files.readString(Path.of("/proc/" + pid + "/status"));
      return status.contains("VmHWM") ? peakBytes(status) : 0;
    } catch (IOException e) {
      return 0;
    }
  }

  /** Memory of a process now, in bytes; a page that n processes have counts as its n-th part. */
  public static long proportionalBytes(long pid) {
    return bytes(read(Path.of("/proc/" + pid + "/smaps_rollup")), "Pss");
  }

  static long peakBytes(String status) {
    return bytes(status, "VmHWM") - 2 * bytes(status, "RssShmem") / 3;
  }

  private static long bytes(String status, String field) {
    return status
        .lines()
        .filter(line -> line.startsWith(field + ":"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) << 10)
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("Cannot read memory: /proc has no " + field));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + file, e);
    }
  }
}
