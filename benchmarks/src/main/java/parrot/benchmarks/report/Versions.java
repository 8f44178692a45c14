package parrot.benchmarks.report;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/** Of this project and of what it was measured with. */
public final class Versions {
  private Versions() {}

  /**
   * @param home the project's folder
   */
  static Map<String, String> all(Path home) throws IOException {
    Properties properties = new Properties();
    try (InputStream stream = Versions.class.getResourceAsStream("versions.properties")) {
      properties.load(stream);
    }
    Map<String, String> versions = new TreeMap<>();
    properties.forEach((key, value) -> versions.put(key.toString(), value.toString()));
    versions.put("Java", Runtime.version() + ", " + System.getProperty("java.vm.name"));
    versions.put("commit", commit(home));
    return versions;
  }

  /** The commit of a folder; marked if files differ from it; "unknown" outside a repository. */
  public static String commit(Path home) throws IOException {
    String hash = git(home, "rev-parse", "--short=12", "HEAD");
    if (hash.isEmpty()) {
      return "unknown";
    }
    boolean clean = git(home, "status", "--porcelain", "--untracked-files=no").isEmpty();
    return clean ? hash : hash + " with changes";
  }

  private static String git(Path home, String... arguments) throws IOException {
    String[] command = new String[arguments.length + 1];
    command[0] = "git";
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    try {
      Process process =
          new ProcessBuilder(command)
              .directory(home.toFile())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String answer =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      return process.waitFor() == 0 ? answer : "";
    } catch (IOException e) {
      return ""; // There is no git.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    }
  }
}
