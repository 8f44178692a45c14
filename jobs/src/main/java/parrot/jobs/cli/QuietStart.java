package parrot.jobs.cli;

import java.util.logging.Level;
import java.util.logging.Logger;
import parrot.model.kernel.VectorApi;

/**
 * Keeps warnings of Java and of libraries, about which a user can do nothing, from standard error.
 * Runs before anything else, since each of them is printed when its class is first used; the levels
 * of other libraries are in log4j2.properties.
 */
public final class QuietStart {
  /** Java forgets the level of a logger that is not referenced. */
  private static final Logger JERSEY = Logger.getLogger("org.glassfish.jersey.server.wadl");

  private QuietStart() {}

  /** Loads the Vector API if Java has not, and silences the others. */
  public static void run() {
    // JavaCPP's own logger ignores levels. It would say that ND4J's OpenBLAS is of another version.
    setIfAbsent("org.bytedeco.javacpp.logger", "slf4j");
    // Without a servlet container, JAX-B is missing from Spark's UI, which needs none.
    JERSEY.setLevel(Level.OFF);
    VectorApi.load();
  }

  private static void setIfAbsent(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }
}
