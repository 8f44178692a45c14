package parrot.jobs.cli;

import java.lang.reflect.InvocationTargetException;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Keeps warnings of Java and of libraries, about which a user can do nothing, from standard error.
 * Runs before anything else, since each of them is printed when its class is first used; the levels
 * of other libraries are in log4j2.properties.
 */
public final class QuietStart {
  private static final String VECTORS = "jdk.incubator.vector";

  /** Java forgets the level of a logger that is not referenced. */
  private static final Logger JERSEY = Logger.getLogger("org.glassfish.jersey.server.wadl");

  private QuietStart() {}

  /** Loads the Vector API if Java has not, and silences the others. */
  public static void run() {
    // JavaCPP's own logger ignores levels. It would say that ND4J's OpenBLAS is of another version.
    setIfAbsent("org.bytedeco.javacpp.logger", "slf4j");
    // Without a servlet container, JAX-B is missing from Spark's UI, which needs none.
    JERSEY.setLevel(Level.OFF);
    loadVectors();
  }

  private static void setIfAbsent(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }

  /**
   * Java warns of every incubating module that it resolves at its start, and has no switch for it;
   * of one that is loaded later it does not. Needs {@code
   * --add-exports=java.base/jdk.internal.module=ALL-UNNAMED}; without it, {@code
   * --add-modules=jdk.incubator.vector} stays the way, and jobs say so.
   */
  private static void loadVectors() {
    Module base = Object.class.getModule();
    boolean loaded = ModuleLayer.boot().findModule(VECTORS).isPresent();
    if (loaded || !base.isExported("jdk.internal.module", QuietStart.class.getModule())) {
      return;
    }
    try {
      Class.forName("jdk.internal.module.Modules")
          .getMethod("loadModule", String.class)
          .invoke(null, VECTORS);
    } catch (ReflectiveOperationException e) {
      Throwable cause = e instanceof InvocationTargetException ? e.getCause() : e;
      System.err.println("Cannot load the Vector API: " + cause + "; add --add-modules=" + VECTORS);
    }
  }
}
