package parrot.jobs.cluster;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A process that outlives the command that started it. A file keeps its number together with the
 * time it began, so that a number that the machine has given to another process is not taken for
 * it.
 *
 * @param name as users call it, {@code worker-1}
 * @param record file with number and time
 * @param log file that its output goes to
 */
record Daemon(String name, Path record, Path log) {
  private static final long PATIENCE = 20; // seconds

  /** Starts it in a session of its own, so that Ctrl-C in the terminal does not reach it. */
  void start(List<String> command, Map<String, String> environment) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().putAll(environment);
    Process process = builder.start();
    process.getOutputStream().close();
    Files.writeString(record, identity(process.toHandle()), StandardCharsets.UTF_8);
  }

  /** The running process. */
  Optional<ProcessHandle> process() throws IOException {
    if (!Files.exists(record)) {
      return Optional.empty();
    }
    String identity = Files.readString(record, StandardCharsets.UTF_8);
    long pid = Long.parseLong(identity.substring(0, identity.indexOf(' ')));
    return ProcessHandle.of(pid)
        .filter(ProcessHandle::isAlive)
        .filter(handle -> identity(handle).equals(identity));
  }

  private static String identity(ProcessHandle handle) {
    return handle.pid() + " " + handle.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
  }

  /**
   * Ends it and waits until it is gone.
   *
   * @param kill at once, as {@code kill -9} does
   * @return whether it ran
   */
  boolean stop(boolean kill) throws IOException {
    Optional<ProcessHandle> running = process();
    if (running.isPresent()) {
      ProcessHandle handle = running.get();
      if (kill || !handle.destroy() || !gone(handle)) {
        handle.destroyForcibly();
        gone(handle);
      }
    }
    Files.deleteIfExists(record);
    return running.isPresent();
  }

  private static boolean gone(ProcessHandle handle) {
    try {
      handle.onExit().get(PATIENCE, TimeUnit.SECONDS);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } catch (TimeoutException | ExecutionException | CompletionException e) {
      return false;
    }
  }

  /** The end of its output. */
  String lastLines(int count) throws IOException {
    List<String> lines =
        Files.exists(log)
            ? new String(Files.readAllBytes(log), StandardCharsets.UTF_8).lines().toList()
            : List.of();
    return String.join("\n", lines.subList(Math.max(0, lines.size() - count), lines.size()));
  }
}
