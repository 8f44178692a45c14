package parrot.benchmarks.process;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import parrot.benchmarks.side.SideRequest;

/** A side in a process of its own, seen from the parent. */
public final class Child implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int GRACE_SECONDS = 20;

  private final SideRequest request;
  private final Process process;
  private final Path log;
  private final Path pauses;
  private final BufferedReader answers;
  private final Writer commands;

  /**
   * Starts a side; returns before it is ready.
   *
   * @param program class whose {@code main} serves the side that it is given, see {@link
   *     SideServer}
   * @param logs folder of the child's log files
   */
  public static Child start(Class<?> program, SideRequest request, Path logs) {
    try {
      return new Child(program, request, logs);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot start " + request.engine().title(), e);
    }
  }

  private Child(Class<?> program, SideRequest request, Path logs) throws IOException {
    this.request = request;
    Files.createDirectories(logs);
    String name = request.workload().id() + "-" + request.engine().key();
    log = logs.resolve(name + ".log");
    pauses = logs.resolve(name + ".gc");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        Surroundings.options(
            request,
            ManagementFactory.getRuntimeMXBean().getInputArguments(),
            Path.of(System.getProperty("parrot.home", ""))));
    command.add("-Xlog:gc,gc+phases:file=" + pauses + ":uptime:filecount=0");
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(program.getName());
    command.add(JSON.writeValueAsString(request));
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(log.toFile());
    Surroundings.set(request, builder.environment());
    process = builder.start();
    answers = process.inputReader(StandardCharsets.UTF_8);
    commands = process.outputWriter(StandardCharsets.UTF_8);
  }

  public SideRequest request() {
    return request;
  }

  public long pid() {
    return process.pid();
  }

  /** Waits until the model is built. */
  public Reply awaitReady() {
    return answer();
  }

  /** Has one step done. */
  public Reply step() {
    try {
      commands.write(SideServer.STEP + "\n");
      commands.flush();
    } catch (IOException e) {
      throw new ChildException(message("it ended"), e);
    }
    return answer();
  }

  private Reply answer() {
    try {
      for (String line = answers.readLine(); line != null; line = answers.readLine()) {
        if (line.startsWith(SideServer.MARK)) {
          Reply reply = JSON.readValue(line.substring(SideServer.MARK.length()), Reply.class);
          if (reply.error() != null) {
            throw new ChildException(message(reply.error()), null);
          }
          return reply;
        }
      }
    } catch (IOException e) {
      throw new ChildException(message(e.getMessage()), e);
    }
    throw new ChildException(message("it ended, perhaps out of memory"), null);
  }

  private String message(String why) {
    return "Cannot measure %s: %s (its log is %s)"
        .formatted(request.engine().title(), why, log.getFileName());
  }

  /** Seconds since the child started of each garbage collection's pause, and how long it was. */
  public List<GcLog.Pause> pauses() {
    try {
      return GcLog.pauses(Files.readAllLines(pauses));
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + pauses, e);
    }
  }

  @Override
  public void close() {
    try (commands) {
      commands.write(SideServer.QUIT + "\n");
    } catch (IOException e) {
      // It has ended already.
    }
    try {
      if (!process.waitFor(GRACE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
