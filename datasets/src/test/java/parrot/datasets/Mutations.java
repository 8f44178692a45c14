package parrot.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Files as disks, copies and programs damage them, by a seed. {@code -Dparrot.mutations=10000}
 * makes that many of each group of formats, in place of a small share for every build.
 */
public final class Mutations {
  private static final int FEW = 300;
  private static final int SHOWN = 10;
  private static final int[] LENGTHS = {0, 1, 0x7F, 0xFF, 0xFFFF, 0x7FFF_FFFF, -1, -2, 1 << 28};
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private Mutations() {}

  /** What is done with a damaged file; throws what no file may cause. */
  @FunctionalInterface
  public interface Use {
    /** Uses the file of a name. */
    void of(String name, byte[] file) throws Exception;
  }

  /**
   * Damages files in turn. Each use must end within 20 seconds and allocate at most so many bytes
   * altogether; a failure names the file and the seed that makes it again.
   */
  public static void each(Map<String, byte[]> whole, long bytes, Use use) {
    int count = Integer.getInteger("parrot.mutations", FEW);
    String[] names = whole.keySet().stream().sorted().toArray(String[]::new);
    List<Throwable> failures = new ArrayList<>();
    for (int seed = 0; seed < count && failures.size() < SHOWN; seed++) {
      String name = names[seed % names.length];
      byte[] file = of(whole.get(name), new Random(seed));
      String place = name + ", mutated with seed " + seed;
      try {
        long taken = assertTimeoutPreemptively(LIMIT, () -> allocated(() -> use.of(name, file)));
        assertThat(taken).as("bytes allocated").isLessThan(bytes);
      } catch (Throwable e) {
        failures.add(new AssertionError(place + ": " + e, e));
      }
    }
    assertThat(failures).isEmpty();
  }

  /** Bytes that this thread takes for an action. */
  private static long allocated(org.junit.jupiter.api.function.Executable action) throws Throwable {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    action.execute();
    return threads.getCurrentThreadAllocatedBytes() - before;
  }

  /** The file with one to three kinds of damage. */
  public static byte[] of(byte[] whole, Random random) {
    byte[] file = whole;
    for (int left = random.nextInt(3); left >= 0; left--) {
      file = damage(file, random);
    }
    return file;
  }

  private static byte[] damage(byte[] file, Random random) {
    int at = place(file.length, random);
    int length = Math.min(file.length - at, 1 + random.nextInt(1 << random.nextInt(11)));
    byte[] changed = file.clone();
    switch (random.nextInt(7)) {
      case 0 -> {
        return Arrays.copyOf(file, at);
      }
      case 1 -> {
        byte[] noise = new byte[length];
        random.nextBytes(noise);
        return replace(file, at, at, noise);
      }
      case 2 -> {
        return replace(file, at, at + length, new byte[0]);
      }
      case 3 -> {
        int from = random.nextInt(file.length + 1 - length);
        byte[] other = Arrays.copyOfRange(file, from, from + length);
        System.arraycopy(file, at, changed, from, length);
        System.arraycopy(other, 0, changed, at, length);
      }
      case 4 -> {
        int number = LENGTHS[random.nextInt(LENGTHS.length)];
        boolean little = random.nextBoolean();
        int bytes = 1 << random.nextInt(3);
        for (int i = 0; i < bytes && at + i < changed.length; i++) {
          changed[at + i] = (byte) (number >>> 8 * (little ? i : bytes - 1 - i));
        }
      }
      case 5 -> Arrays.fill(changed, at, at + length, (byte) 0);
      default -> {
        for (int flips = random.nextInt(4); flips >= 0; flips--) {
          int flipped = place(file.length, random);
          if (flipped < changed.length) {
            changed[flipped] ^= (byte) (1 << random.nextInt(8));
          }
        }
      }
    }
    return changed;
  }

  /** Anywhere, but half of the time near the ends, where headers and footers stand. */
  private static int place(int length, Random random) {
    int near = random.nextInt(Math.min(length, 600) + 1);
    return switch (random.nextInt(4)) {
      case 0 -> near;
      case 1 -> length - near;
      default -> random.nextInt(length + 1);
    };
  }

  private static byte[] replace(byte[] file, int from, int to, byte[] piece) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(file, 0, from);
    out.writeBytes(piece);
    out.write(file, to, file.length - to);
    return out.toByteArray();
  }
}
