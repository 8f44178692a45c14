package parrot.benchmarks.process;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import parrot.benchmarks.side.Engine;
import parrot.benchmarks.side.SideRequest;
import parrot.benchmarks.workload.Workload;

/**
 * Environment and JVM options of a side. Ours has those that the launcher gives to training and to
 * answering, so that what is measured is what users run. A peer gets what suits it best.
 */
public final class Surroundings {
  /** Variables that speed depends on. */
  public static final List<String> NAMES =
      List.of(
          "PARROT_THREADS",
          "OMP_NUM_THREADS",
          "OMP_WAIT_POLICY",
          "GOMP_SPINCOUNT",
          "OPENBLAS_NUM_THREADS",
          "OPENBLAS_CORETYPE",
          "OPENBLAS_L2_SIZE",
          "MALLOC_ARENA_MAX",
          "MALLOC_MMAP_MAX_",
          "MALLOC_TRIM_THRESHOLD_",
          "MALLOC_TOP_PAD_");

  /** Matrices are outside the heap; what a side has on it is some 30 MiB. */
  private static final String HEAP = "512m";

  /** Options of this JVM that a child does not inherit: agents, heap and collector. */
  private static final Pattern FORMER =
      Pattern.compile("-agentlib.*|-javaagent.*|-Xm[sx].*|-XX:\\+Use\\w+GC");

  private Surroundings() {}

  /** Changes {@code environment}, a copy of this process's, to that of a side. */
  static void set(SideRequest request, Map<String, String> environment) {
    String threads = Integer.toString(request.threads());
    if (request.engine().isTorch()) {
      environment.put("OMP_NUM_THREADS", threads);
      environment.put("OMP_WAIT_POLICY", "passive");
      environment.remove("GOMP_SPINCOUNT");
      environment.put("OPENBLAS_NUM_THREADS", "1");
      // Settings for ND4J's own old OpenBLAS.
      environment.remove("OPENBLAS_CORETYPE");
      environment.remove("OPENBLAS_L2_SIZE");
      environment.put("MALLOC_MMAP_MAX_", "0");
      environment.put("MALLOC_ARENA_MAX", "1");
      environment.put("MALLOC_TRIM_THRESHOLD_", "17179869184");
      environment.put("MALLOC_TOP_PAD_", "268435456");
    } else {
      environment.put("PARROT_THREADS", threads);
    }
  }

  /** What {@link #set} leaves of {@link #NAMES}. */
  public static Map<String, String> of(SideRequest request) {
    Map<String, String> environment = new TreeMap<>(System.getenv());
    set(request, environment);
    environment.keySet().retainAll(NAMES);
    return environment;
  }

  /**
   * JVM options of a side: this JVM's own, but for the heap and its collector. What trains has the
   * collector of training; a peer works outside the heap, so any collector will do.
   *
   * @param own options of this JVM
   * @param home the project's folder
   */
  static List<String> options(SideRequest request, List<String> own, Path home) {
    List<String> options = new ArrayList<>(own);
    options.removeIf(option -> FORMER.matcher(option).matches());
    options.add("-Xmx" + HEAP);
    Path collector = home.resolve("cluster-config/train-gc.options");
    boolean trains = request.workload().kind() == Workload.Kind.TRAIN;
    if (request.engine() == Engine.OURS && trains && Files.exists(collector)) {
      options.add("-Xms" + HEAP);
      options.add("@" + collector);
    } else {
      options.add("-XX:+UseParallelGC");
    }
    for (String name : List.of("maxBytes", "maxPhysicalBytes")) {
      String limit = "-Dorg.bytedeco.javacpp." + name + "=0";
      if (!options.contains(limit)) {
        options.add(limit);
      }
    }
    return options;
  }
}
