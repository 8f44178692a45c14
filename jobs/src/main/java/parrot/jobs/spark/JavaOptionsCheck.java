package parrot.jobs.spark;

import java.util.List;
import org.apache.spark.SparkConf;
import parrot.datasets.EnvironmentException;
import parrot.model.kernel.VectorApi;

/** JVM options of executors, checked before they start. Spark opens packages of Java by itself. */
final class JavaOptionsCheck {
  private static final String SETTING = "spark.executor.extraJavaOptions";

  /** ND4J compares the native memory of the whole process with limits taken from the heap. */
  private static final List<String> UNCOUNTED =
      List.of("-Dorg.bytedeco.javacpp.maxBytes=0", "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0");

  private JavaOptionsCheck() {}

  /**
   * @return one line if nothing is missing; else one for each missing option
   * @throws EnvironmentException if executors could not work
   */
  static List<String> facts(SparkConf conf) {
    String options =
        conf.get("spark.executor.defaultJavaOptions", "") + " " + conf.get(SETTING, "");
    if (!options.contains(VectorApi.MODULE)) {
      throw new EnvironmentException(
          "Cannot run executors without the Vector API, which kernels use: add --add-modules="
              + VectorApi.MODULE
              + " to "
              + SETTING
              + " (the profiles in cluster-config have it)");
    }
    List<String> facts =
        UNCOUNTED.stream()
            .filter(option -> !options.contains(option))
            .map(
                option ->
                    "warning: executors lack "
                        + option
                        + ", so large models may be refused native memory that is there; add it to "
                        + SETTING)
            .toList();
    return facts.isEmpty() ? List.of("executors have the options that they need") : facts;
  }
}
