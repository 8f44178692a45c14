package parrot.jobs.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/** Options of every command that starts Spark. */
public final class SparkOptions {
  @Option(
      names = "--master",
      paramLabel = "URL",
      description =
          "Spark master, such as local[4], yarn or spark://HOST:PORT (default: spark-submit's,"
              + " else all cores of this machine).")
  private String master;

  @Option(
      names = "--conf",
      paramLabel = "KEY=VALUE",
      description = "Spark setting, such as spark.ui.enabled=true. May be given several times.")
  private Map<String, String> settings = new LinkedHashMap<>();

  /** The master, or null if none was given. */
  public String master() {
    return master;
  }

  /** Settings by their keys. */
  public Map<String, String> settings() {
    return settings;
  }
}
