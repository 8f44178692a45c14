package parrot.jobs.spark;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * What OpenMP and the allocator of the C library read before Java starts, with the values that are
 * fast here. The launcher, the profiles of {@code cluster-config} and {@link SparkSessions} set
 * them.
 */
public final class NativeEnvironment {
  /** Threads that a process may keep busy; nobody's value but that of its cores is right. */
  public static final String THREADS = "PARROT_THREADS";

  /** OpenMP's own. */
  static final String OPEN_MP_THREADS = "OMP_NUM_THREADS";

  /**
   * @param orMore whether more than the value serves as well
   * @param otherwise what happens with another value
   */
  private record Variable(String name, String value, boolean orMore, String otherwise) {
    boolean accepts(String given) {
      return orMore ? number(given) >= number(value) : value.equalsIgnoreCase(given.strip());
    }
  }

  private static final List<Variable> VARIABLES =
      List.of(
          new Variable(
              OPEN_MP_THREADS, "1", false, "OpenMP's threads and Parrot's wait for each other"),
          new Variable(
              "OMP_WAIT_POLICY", "passive", false, "idle threads spin and keep cores from others"),
          new Variable(
              "GOMP_SPINCOUNT", "10000", false, "idle threads spin too long or sleep too soon"),
          new Variable(
              "MALLOC_ARENA_MAX", "1", false, "what one thread freed, another cannot reuse"),
          new Variable(
              "MALLOC_MMAP_MAX_", "0", false, "large buffers get fresh pages, which are slow"),
          new Variable(
              "MALLOC_TRIM_THRESHOLD_",
              "17179869184",
              true,
              "freed memory is given back and comes as fresh pages, which are slow"),
          new Variable(
              "MALLOC_TOP_PAD_", "67108864", true, "native memory grows in many small steps"));

  /**
   * A variable that is not as it should be.
   *
   * @param value to set
   * @param now empty where it is not set
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
    Map<String, String> values = new LinkedHashMap<>();
    VARIABLES.forEach(variable -> values.put(variable.name(), variable.value()));
    return values;
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
    for (Variable variable : VARIABLES) {
      Optional<String> now = Optional.ofNullable(environment.apply(variable.name()));
      if (now.filter(variable::accepts).isEmpty()) {
        findings.add(new Finding(variable.name(), variable.value(), now, variable.otherwise()));
      }
    }
    return findings;
  }

  private static Finding finding(
      String name, int value, UnaryOperator<String> environment, String otherwise) {
    return new Finding(
        name, Integer.toString(value), Optional.ofNullable(environment.apply(name)), otherwise);
  }

  /** -1 where it is no number. */
  private static long number(String value) {
    return value != null && value.strip().matches("[0-9]{1,18}")
        ? Long.parseLong(value.strip())
        : -1;
  }
}
