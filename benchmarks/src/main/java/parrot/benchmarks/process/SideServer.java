package parrot.benchmarks.process;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.Function;
import parrot.benchmarks.side.Side;
import parrot.benchmarks.side.SideRequest;

/**
 * The child's end of the protocol: builds a side, says that it is ready, then answers every {@code
 * step} with a reply until {@code quit} or the end of its input. Its lines start with {@link
 * #MARK}; what libraries print goes to standard error.
 */
public final class SideServer {
  static final String MARK = "@parrot ";
  static final String STEP = "step";
  static final String QUIT = "quit";

  private static final ObjectMapper JSON = new ObjectMapper();

  private SideServer() {}

  /**
   * Serves one side, then ends the process.
   *
   * @param request a {@link SideRequest} in JSON
   * @param builder of the side
   */
  public static void serve(String request, Function<SideRequest, Side> builder) throws IOException {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    System.setOut(System.err);
    // A step may take minutes, too long to outlive the parent for.
    ProcessHandle.current()
        .parent()
        .ifPresent(parent -> parent.onExit().thenRun(() -> Runtime.getRuntime().halt(1)));
    int status = 1;
    try (Side side = builder.apply(JSON.readValue(request, SideRequest.class))) {
      answer(out, reply(0, new Side.StepOutcome(new double[0], Map.of()), 0));
      serve(side, out);
      status = 0;
    } catch (Exception | LinkageError | OutOfMemoryError e) {
      e.printStackTrace();
      answer(out, Reply.failure(e));
    }
    // Native libraries leave threads behind.
    System.exit(status);
  }

  private static void serve(Side side, PrintStream out) throws IOException {
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null && !line.equals(QUIT); line = in.readLine()) {
      if (!line.equals(STEP)) {
        throw new IllegalArgumentException("Cannot answer: unknown command (got " + line + ")");
      }
      long faults = ProcessFacts.minorFaults();
      long start = System.nanoTime();
      Side.StepOutcome outcome = side.step();
      double seconds = (System.nanoTime() - start) / 1e9;
      faults = ProcessFacts.minorFaults() - faults;
      answer(out, reply(seconds, outcome, faults));
    }
  }

  private static Reply reply(double seconds, Side.StepOutcome outcome, long faults) {
    return new Reply(
        null,
        seconds,
        outcome.outputs(),
        faults,
        ProcessFacts.peakBytes(),
        ManagementFactory.getRuntimeMXBean().getUptime() / 1e3,
        outcome.extras());
  }

  private static void answer(PrintStream out, Reply reply) throws JsonProcessingException {
    out.println(MARK + JSON.writeValueAsString(reply));
  }
}
