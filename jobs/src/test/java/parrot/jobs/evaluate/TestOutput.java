package parrot.jobs.evaluate;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine;

/** What is printed, as text. */
final class TestOutput {
  private TestOutput() {}

  static String of(Consumer<PrintWriter> printing) {
    StringWriter text = new StringWriter();
    PrintWriter out = new PrintWriter(text);
    printing.accept(out);
    out.flush();
    return text.toString();
  }

  /** What a command prints; what it throws comes through. */
  static String of(Callable<Void> command, String... arguments) throws Exception {
    StringWriter text = new StringWriter();
    CommandLine line = new CommandLine(command).setOut(new PrintWriter(text, true));
    line.parseArgs(arguments);
    command.call();
    return text.toString();
  }
}
