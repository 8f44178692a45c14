package parrot.jobs.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Options of every command that starts Spark. */
public final class SparkOptions {
  private static final String PRINCIPAL = "spark.kerberos.principal";
  private static final String KEYTAB = "spark.kerberos.keytab";

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

  @Option(
      names = "--wait",
      paramLabel = "TIME",
      description =
          "Longest wait for a master or for executors, such as 30s or 2h, with a line every half"
              + " minute; then the command ends with 5 (default: 10m).")
  private String wait;

  @Option(
      names = "--principal",
      paramLabel = "NAME",
      description =
          "With --keytab: whom to log in as to a Hadoop cluster with Kerberos, such as"
              + " trainer@EXAMPLE.COM; long runs log in again (default: the ticket of kinit).")
  private String principal;

  @Option(names = "--keytab", paramLabel = "FILE", description = "Local file with its keys.")
  private String keytab;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  /** The master, or null if none was given. */
  public String master() {
    return master;
  }

  /** Logs in to Kerberos if options, or spark-submit's profile, say as whom. */
  public void logIn() {
    Map<String, String> all = settings();
    KerberosLogin.run(
        all.getOrDefault(PRINCIPAL, System.getProperty(PRINCIPAL)),
        all.getOrDefault(KEYTAB, System.getProperty(KEYTAB)));
  }

  private static void putUnlessNull(Map<String, String> all, String name, String value) {
    if (value != null) {
      all.put(name, value);
    }
  }

  /** Settings by their keys. */
  public Map<String, String> settings() {
    Map<String, String> all = new LinkedHashMap<>(settings);
    putUnlessNull(all, PRINCIPAL, principal);
    putUnlessNull(all, KEYTAB, keytab);
    if (wait != null) {
      if (!wait.matches("\\d{1,6}(s|m|h)?")) {
        throw new ParameterException(
            spec.commandLine(),
            "Invalid --wait: " + wait + " (must be a time, such as 30s, 10m or 2h)");
      }
      all.put("spark.parrot.wait", wait);
    }
    return all;
  }
}
