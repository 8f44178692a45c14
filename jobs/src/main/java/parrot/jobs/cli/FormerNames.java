package parrot.jobs.cli;

import java.util.Map;
import java.util.stream.Stream;

/** Options that once had another name: it still works, and no help shows it. */
public final class FormerNames {
  private static final Map<String, String> NOW = Map.of("--picture-size", "--image-size");

  private FormerNames() {}

  /** The arguments, each former name replaced by the one of today. */
  public static String[] replace(String... args) {
    return Stream.of(args).map(FormerNames::replace).toArray(String[]::new);
  }

  private static String replace(String arg) {
    int equals = arg.indexOf('=');
    String name = equals < 0 ? arg : arg.substring(0, equals);
    return NOW.getOrDefault(name, name) + arg.substring(name.length());
  }
}
