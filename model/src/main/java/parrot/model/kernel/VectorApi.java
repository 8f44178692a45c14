package parrot.model.kernel;

import java.lang.reflect.InvocationTargetException;

/** Java's Vector API, a module that is still in incubation and that kernels of the CPU use. */
public final class VectorApi {
  public static final String MODULE = "jdk.incubator.vector";

  private VectorApi() {}

  /**
   * Loads the module if Java has not. Java warns of every incubating module that it resolves at its
   * start, and has no switch for it; of one that is loaded later it does not. Needs {@code
   * --add-exports=java.base/jdk.internal.module=ALL-UNNAMED}; without it, {@code
   * --add-modules=jdk.incubator.vector} stays the way, and jobs say so.
   */
  public static void load() {
    Module base = Object.class.getModule();
    boolean resolved = ModuleLayer.boot().findModule(MODULE).isPresent();
    if (resolved || !base.isExported("jdk.internal.module", VectorApi.class.getModule())) {
      return;
    }
    try {
      Class.forName("jdk.internal.module.Modules")
          .getMethod("loadModule", String.class)
          .invoke(null, MODULE);
    } catch (ReflectiveOperationException e) {
      Throwable cause = e instanceof InvocationTargetException ? e.getCause() : e;
      System.err.println("Cannot load the Vector API: " + cause + "; add --add-modules=" + MODULE);
    }
  }

  /** Whether kernels can use it. */
  public static boolean isLoaded() {
    try {
      Class.forName(MODULE + ".Vector", false, VectorApi.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }
}
