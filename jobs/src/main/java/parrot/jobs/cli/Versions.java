package parrot.jobs.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** The program's version and those of what it was built with. */
public final class Versions implements IVersionProvider {
  /**
   * Version of a part.
   *
   * @param part {@code parrot}, {@code spark} or {@code dl4j}
   */
  public static String of(String part) {
    Properties versions = new Properties();
    try (InputStream stream = Versions.class.getResourceAsStream("version.properties")) {
      versions.load(stream);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return versions.getProperty(part);
  }

  /** The program's own. */
  public static String program() {
    return of("parrot");
  }

  @Override
  public String[] getVersion() {
    return new String[] {
      "parrot " + of("parrot"),
      "Spark " + of("spark") + ", DL4J " + of("dl4j"),
      "Java " + Runtime.version(),
    };
  }
}
