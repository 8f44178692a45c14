package parrot.benchmarks.process;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What a command took from its start to its end.
 *
 * @param seconds by the clock
 * @param cpuSeconds of its threads and of the processes that it waited for
 * @param peakBytes largest resident memory of its own process
 */
public record Usage(double seconds, double cpuSeconds, long peakBytes) {
  /**
   * Runs a command to its end. One at a time: processors are counted for all together.
   *
   * @param log what it says
   * @throws IOException if it cannot be started or does not end with 0
   */
  public static Usage of(
      List<String> command, Path folder, Map<String, String> environment, Path log)
      throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().putAll(environment);
    double cpu = ProcessFacts.childrenCpuSeconds();
    long start = System.nanoTime();
    try {
      Process process = builder.start();
      long bytes = 0;
      do {
        bytes = Math.max(bytes, ProcessFacts.peakBytes(process.pid()));
      } while (!process.waitFor(200, TimeUnit.MILLISECONDS));
      double seconds = (System.nanoTime() - start) / 1e9;
      if (process.exitValue() != 0) {
        throw new IOException(
            String.format(
                Locale.ROOT,
                "Cannot run %s: exit code %d; see %s",
                String.join(" ", command.subList(0, Math.min(2, command.size()))),
                process.exitValue(),
                log));
      }
      return new Usage(seconds, ProcessFacts.childrenCpuSeconds() - cpu, bytes);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted", e);
    }
  }

  /** What the larger of two runs took more. */
  public Usage beyond(Usage smaller) {
    return new Usage(seconds - smaller.seconds, cpuSeconds - smaller.cpuSeconds, peakBytes);
  }
}
