package parrot.jobs.spark;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.SparkConf;
import parrot.datasets.EnvironmentException;
import parrot.datasets.UsageException;

/** Options of the JVMs that are to come, those of executors. */
final class JavaOptions {
  static final String VECTORS = "jdk.incubator.vector";

  private static final String SETTING = "spark.executor.extraJavaOptions";

  /** ND4J's natives count what the process takes, and give up at some times the heap. */
  private static final List<String> UNCOUNTED =
      List.of("-Dorg.bytedeco.javacpp.maxBytes=0", "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0");

  private JavaOptions() {}

  /**
   * @param opened packages of {@code java.base} that must be open to reflection
   * @return one line where all is well; else one for each option that is missing
   * @throws UsageException if executors could not work
   */
  static List<String> facts(SparkConf conf, List<String> opened) {
    String options =
        conf.get("spark.executor.defaultJavaOptions", "") + " " + conf.get(SETTING, "");
    if (!options.contains(VECTORS)) {
      throw refuse("the Vector API, which kernels use", "--add-modules=" + VECTORS);
    }
    for (String name : opened) {
      if (!options.contains("java.base/" + name + "=ALL-UNNAMED")) {
        throw refuse(
            name + " open to reflection", "--add-opens=java.base/" + name + "=ALL-UNNAMED");
      }
    }
    List<String> facts = new ArrayList<>();
    for (String option : UNCOUNTED) {
      if (!options.contains(option)) {
        facts.add(
            "warning: executors lack "
                + option
                + ", so large models may be refused native memory that is there; add it to "
                + SETTING);
      }
    }
    return facts.isEmpty() ? List.of("executors have the options that they need") : facts;
  }

  private static EnvironmentException refuse(String what, String option) {
    return new EnvironmentException(
        "Cannot run executors without "
            + what
            + ": add "
            + option
            + " to "
            + SETTING
            + " (the profiles in cluster-config have it)");
  }
}
