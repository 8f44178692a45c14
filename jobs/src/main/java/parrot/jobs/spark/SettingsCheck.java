package parrot.jobs.spark;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.spark.internal.config.ConfigEntry;
import parrot.model.config.Suggestion;

/** Asks about settings that Spark would take without a word and never read. */
final class SettingsCheck {
  private static final String CONFIG = "org.apache.spark.internal.config.";

  /** Objects of Spark whose methods are its settings. */
  private static final List<String> HOLDERS =
      List.of("package$", "Deploy$", "History$", "Kryo$", "Network$", "Status$", "UI$", "Worker$");

  /** Families that are open, or known only to what runs in a cluster. */
  private static final List<String> OPEN =
      List.of(
          "hadoop.",
          "executorEnv.",
          "yarn.",
          "kubernetes.",
          "standalone.",
          "sql.",
          "metrics.conf.",
          "driver.resource.",
          "executor.resource.",
          "task.resource.",
          "parrot.",
          "app.",
          "ssl.",
          "submit.",
          "rpc.",
          "shuffle.",
          "network.",
          "reducer.",
          "excludeOnFailure.",
          "io.",
          "jars");

  private SettingsCheck() {}

  /** A question about each setting that Spark does not know. */
  static List<String> questions(Collection<String> settings) {
    List<String> questions = new ArrayList<>();
    for (String setting : settings) {
      if (!setting.startsWith("spark.")) {
        questions.add(
            "warning: Spark ignores the setting " + setting + ": its settings begin with spark.");
      } else {
        Set<String> known = known();
        if (!known.contains(setting) && !isOpen(setting)) {
          questions.add(
              "warning: Spark does not know the setting "
                  + setting
                  + Suggestion.of(setting, known));
        }
      }
    }
    return questions;
  }

  private static boolean isOpen(String setting) {
    String name = setting.substring("spark.".length());
    return ConfigEntry.findEntry(setting) != null || OPEN.stream().anyMatch(name::startsWith);
  }

  private static Set<String> known() {
    Set<String> known =
        new TreeSet<>(List.of("spark.master", "spark.driver.host", "spark.local.dir"));
    for (String name : HOLDERS) {
      try {
        Class<?> holder = Class.forName(CONFIG + name);
        Object settings = holder.getField("MODULE$").get(null);
        for (Method method : holder.getMethods()) {
          if (ConfigEntry.class.isAssignableFrom(method.getReturnType())
              && method.getParameterCount() == 0) {
            known.add(((ConfigEntry<?>) method.invoke(settings)).key());
          }
        }
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException("Spark has no " + CONFIG + name, e);
      }
    }
    return known;
  }
}
