package parrot.jobs;

import java.io.PrintWriter;

/** Runs commands as a user would, for tests of other packages. */
public final class CommandLines {
  private CommandLines() {}

  public static int run(PrintWriter out, PrintWriter err, String... command) {
    return Main.run(out, err, command);
  }
}
