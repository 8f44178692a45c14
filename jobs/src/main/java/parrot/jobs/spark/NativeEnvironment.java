package parrot.jobs.spark;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Map.entry;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Variables that OpenMP and the allocator of the C library read before Java starts. Their
 * recommended values are in {@code native.env}, which {@code cluster-config} links to: the launcher
 * sets them for processes on this machine, {@link SparkSessions} for executors.
 */
public final class NativeEnvironment {
  /** Threads that a process may keep busy; the right value depends on its cores. */
  public static final String THREADS = "PARROT_THREADS";

  /** OpenMP's own. */
  static final String OPEN_MP_THREADS = "OMP_NUM_THREADS";

  /** What happens with other values than the recommended ones. */
  private static final Map<String, String> OTHERWISE =
      Map.ofEntries(
          entry(OPEN_MP_THREADS, "OpenMP's threads and Parrot's wait for each other"),
          entry("OMP_WAIT_POLICY", "idle threads spin and keep cores from others"),
          entry("GOMP_SPINCOUNT", "idle threads spin too long or sleep too soon"),
          entry("MALLOC_ARENA_MAX", "what one thread freed, another cannot reuse"),
          entry("MALLOC_MMAP_MAX_", "large buffers get fresh pages, which are slow"),
          entry(
              "MALLOC_TRIM_THRESHOLD_",
              "freed memory is given back and comes as fresh pages, which are slow"),
          entry("MALLOC_TOP_PAD_", "native memory grows in many small steps"));

  /** Variables that may be larger than recommended. */
  private static final Set<String> OR_MORE = Set.of("MALLOC_TRIM_THRESHOLD_", "MALLOC_TOP_PAD_");

  private static final Map<String, String> RECOMMENDED = read();

  /**
   * A variable that is not as it should be.
   *
   * @param value to set
   * @param now empty if it is not set
   */
  record Finding(String name, String value, Optional<String> now, String otherwise) {
    @Override
    public String toString() {
      return name + "=" + value + " (now " + now.orElse("not set") + "; so " + otherwise + ")";
    }
  }

  private NativeEnvironment() {}

  /** Names and values, without {@link #THREADS}. */
  public static Map<String, String> recommended() {
    return RECOMMENDED;
  }

  private static Map<String, String> read() {
    Map<String, String> values = new LinkedHashMap<>();
    try (InputStream in = NativeEnvironment.class.getResourceAsStream("native.env")) {
      for (String line : new String(in.readAllBytes(), UTF_8).lines().toList()) {
        if (!line.isBlank() && !line.startsWith("#")) {
          String[] parts = line.split("=", 2);
          values.put(parts[0], parts[1]);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Collections.unmodifiableMap(values);
  }

  private static boolean serves(String name, String recommended, String given) {
    return OR_MORE.contains(name)
        ? number(given) >= number(recommended)
        : recommended.equalsIgnoreCase(given.strip());
  }

  /**
   * What to change in the environment of a process of its own, which may leave cores to others.
   *
   * @param environment gives a variable's value, or null
   */
  static List<Finding> ofProcess(UnaryOperator<String> environment, int cores) {
    List<Finding> findings = ofLibraries(environment);
    long threads = number(environment.apply(THREADS));
    if (threads < 1 || threads > cores) {
      String otherwise =
          threads > cores
              ? "more threads than cores wait for each other"
              : "the value of " + OPEN_MP_THREADS + " counts instead";
      findings.add(0, finding(THREADS, cores, environment, otherwise));
    }
    return findings;
  }

  /**
   * What to change in the environment of an executor.
   *
   * @param cores of a task, all of which it uses
   */
  static List<Finding> ofExecutor(UnaryOperator<String> environment, int cores) {
    List<Finding> findings = ofLibraries(environment);
    if (number(environment.apply(THREADS)) != cores) {
      findings.add(
          0, finding(THREADS, cores, environment, "it is not spark.task.cpus, a task's cores"));
    }
    return findings;
  }

  /** What to change for the native libraries, whatever the number of threads. */
  static List<Finding> ofLibraries(UnaryOperator<String> environment) {
    List<Finding> findings = new ArrayList<>();
    RECOMMENDED.forEach(
        (name, value) -> {
          Optional<String> now = Optional.ofNullable(environment.apply(name));
          if (now.filter(given -> serves(name, value, given)).isEmpty()) {
            findings.add(new Finding(name, value, now, OTHERWISE.get(name)));
          }
        });
    return findings;
  }

  private static Finding finding(
      String name, int value, UnaryOperator<String> environment, String otherwise) {
    return new Finding(
        name, Integer.toString(value), Optional.ofNullable(environment.apply(name)), otherwise);
  }

  /** -1 if it is not a number. */
  private static long number(String value) {
    return value != null && value.strip().matches("[0-9]{1,18}")
        ? Long.parseLong(value.strip())
        : -1;
  }
}
