package parrot.jobs.spark;

import java.io.IOException;
import java.io.Serializable;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Memory of a process, in bytes, as Linux counts it.
 *
 * @param peak at most so far: its own pages and those of mapped files, also if Linux has taken some
 *     of these back
 * @param own of it now, which no other process shares: heap, activations, libraries
 * @param files pages of mapped files now, which all processes of the machine share and which Linux
 *     takes back when memory is short
 * @param heap of Java, a part of {@code own}
 */
public record ProcessMemory(long peak, long own, long files, long heap) implements Serializable {
  private static final Path STATUS = Path.of("/proc/self/status");

  /** How often ZGC without generations maps each page of its heap, and Linux counts it. */
  private static final int ZGC_MAPS = 3;

  /** That of this process; empty if the system does not tell. */
  public static Optional<ProcessMemory> now() {
    try {
      long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getCommitted();
      return of(Files.readString(STATUS), mapsHeapOften(), heap, mapped());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /**
   * @param status the text of {@code /proc/PID/status}
   * @param often whether the heap, which is shared memory then, is counted {@link #ZGC_MAPS} times
   * @param mapped bytes of files that Java has mapped, each of which was read at least once
   */
  static Optional<ProcessMemory> of(String status, boolean often, long heap, long mapped) {
    OptionalLong peak = bytes(status, "VmHWM");
    OptionalLong anonymous = bytes(status, "RssAnon");
    OptionalLong files = bytes(status, "RssFile");
    OptionalLong shared = bytes(status, "RssShmem");
    if (peak.isEmpty() || anonymous.isEmpty() || files.isEmpty() || shared.isEmpty()) {
      return Optional.empty();
    }
    long once = often ? shared.getAsLong() / ZGC_MAPS : shared.getAsLong();
    long own = anonymous.getAsLong() + once;
    // All maps of the heap were there at the peak, though not always now.
    long counted = often ? peak.getAsLong() - (ZGC_MAPS - 1) * heap : peak.getAsLong();
    long now = own + Math.max(files.getAsLong(), mapped);
    return Optional.of(new ProcessMemory(Math.max(now, counted), own, files.getAsLong(), heap));
  }

  private static long mapped() {
    return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
        .filter(pool -> pool.getName().equals("mapped"))
        .mapToLong(BufferPoolMXBean::getMemoryUsed)
        .sum();
  }

  private static boolean mapsHeapOften() {
    return ManagementFactory.getGarbageCollectorMXBeans().stream()
        .anyMatch(collector -> collector.getName().equals("ZGC Cycles"));
  }

  private static OptionalLong bytes(String status, String field) {
    return status
        .lines()
        .filter(line -> line.startsWith(field + ":"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) << 10)
        .findFirst();
  }
}
