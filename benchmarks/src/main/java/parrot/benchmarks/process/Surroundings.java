package parrot.benchmarks.process;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import parrot.benchmarks.side.SideRequest;

/**
 * Environment and JVM options of a side. Ours are the launcher's, which started this process, so
 * what is measured is what users run; a peer gets what suits it best.
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

  /** JVM options of a side, given this JVM's own. */
  static List<String> options(List<String> own) {
    List<String> options = new ArrayList<>(own);
    options.removeIf(option -> option.startsWith("-agentlib") || option.startsWith("-javaagent"));
    for (String name : List.of("maxBytes", "maxPhysicalBytes")) {
      String limit = "-Dorg.bytedeco.javacpp." + name + "=0";
      if (!options.contains(limit)) {
        options.add(limit);
      }
    }
    return options;
  }
}
