package parrot.jobs.spark;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.spark.internal.config.ConfigEntry;
import org.apache.spark.internal.config.ConfigReader;
import org.apache.spark.sql.internal.SQLConf$;
import parrot.datasets.UsageException;
import parrot.model.config.Suggestion;

/** Asks about settings that Spark would take without a word and never read. */
final class SettingsCheck {
  private static final String CONFIG = "org.apache.spark.internal.config.";

  /** Objects of Spark whose methods are its settings. */
  private static final List<String> HOLDERS =
      List.of("package$", "Deploy$", "History$", "Kryo$", "Network$", "Status$", "UI$", "Worker$");

  /** Settings of YARN, if the Spark of this process has it. */
  private static final String YARN = "org.apache.spark.deploy.yarn.config.package$";

  /** Families of any names. */
  private static final List<String> OPEN =
      List.of(
          "hadoop.",
          "executorEnv.",
          "yarn.appMasterEnv.",
          "kubernetes.",
          "standalone.",
          "metrics.conf.",
          "driver.resource.",
          "executor.resource.",
          "task.resource.",
          "app.",
          "ssl.",
          "submit.",
          "jars");

  /** Families of which some names stand nowhere in a list: what is near a known one is a slip. */
  private static final List<String> HALF_OPEN =
      List.of(
          "yarn.", "sql.", "parrot.", "rpc.", "shuffle.", "network.", "reducer.", "io.", "files.");

  private static final int SLIP = 2; // letters

  /** Numbers that Spark divides by, or waits for without end if they are 0. */
  private static final List<String> POSITIVE =
      List.of(
          "spark.task.cpus", "spark.executor.cores", "spark.executor.instances", "spark.cores.max");

  private SettingsCheck() {}

  /**
   * A question about each setting that Spark does not know.
   *
   * @throws UsageException if one has a value that Spark cannot read
   */
  static List<String> questions(Map<String, String> settings) {
    List<String> questions = new ArrayList<>();
    Set<String> known = known();
    for (Map.Entry<String, String> setting : settings.entrySet()) {
      String name = setting.getKey();
      if (!name.startsWith("spark.")) {
        questions.add(
            "warning: Spark ignores the setting " + name + ": its settings begin with spark.");
      } else if (known.contains(name) || ConfigEntry.findEntry(name) != null) {
        if (!name.equals("spark.executor.instances") || !isDynamic(settings)) {
          requireReadable(name, setting.getValue());
        }
      } else if (!isOpen(name) || isSlip(name, known)) {
        questions.add(
            "warning: Spark does not know the setting " + name + Suggestion.of(name, known));
      }
    }
    return questions;
  }

  private static void requireReadable(String name, String value) {
    String reason = "";
    try {
      ConfigEntry<?> entry = ConfigEntry.findEntry(name);
      if (entry != null) {
        entry.readFrom(new ConfigReader(Map.of(name, value)));
      }
    } catch (IllegalArgumentException e) {
      reason = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }
    if (reason.isEmpty() && POSITIVE.contains(name) && Integer.parseInt(value.strip()) < 1) {
      reason = "must be at least 1";
    }
    if (!reason.isEmpty()) {
      throw new UsageException("Invalid setting " + name + "=" + value + " (" + reason + ")");
    }
  }

  /** Spark then takes no notice of a number of executors below those it wants. */
  private static boolean isDynamic(Map<String, String> settings) {
    return "true".equalsIgnoreCase(settings.get("spark.dynamicAllocation.enabled"));
  }

  private static boolean isOpen(String setting) {
    return isIn(OPEN, setting) || isIn(HALF_OPEN, setting);
  }

  private static boolean isSlip(String setting, Set<String> known) {
    return !isIn(OPEN, setting)
        && known.stream().anyMatch(name -> Suggestion.distance(setting, name) <= SLIP);
  }

  private static boolean isIn(List<String> families, String setting) {
    String name = setting.substring("spark.".length());
    return families.stream().anyMatch(name::startsWith);
  }

  private static Set<String> known() {
    Set<String> known =
        new TreeSet<>(
            List.of("spark.master", "spark.driver.host", "spark.local.dir", Waiting.LIMIT));
    HOLDERS.forEach(holder -> addSettings(known, CONFIG + holder));
    try {
      addSettings(known, YARN);
    } catch (IllegalStateException e) {
      // This Spark was built without YARN, whose settings it then does not read either.
    }
    SQLConf$.MODULE$.getConfigEntries().forEach(entry -> known.add(entry.key()));
    return known;
  }

  private static void addSettings(Set<String> known, String name) {
    try {
      Class<?> holder = Class.forName(name);
      Object settings = holder.getField("MODULE$").get(null);
      for (Method method : holder.getMethods()) {
        if (ConfigEntry.class.isAssignableFrom(method.getReturnType())
            && method.getParameterCount() == 0) {
          known.add(((ConfigEntry<?>) method.invoke(settings)).key());
        }
      }
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("Spark has no " + name, e);
    }
  }
}
