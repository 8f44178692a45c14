package parrot.jobs.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A cluster of processes, used as a person does: through the launcher. */
final class OwnCluster implements AutoCloseable {
  static final Path HOME = Path.of("..").toAbsolutePath().normalize();

  /** For runs that are killed: the next one need not wait for the usual 30 s. */
  static final String SHORT_LEASE = "-Dparrot.lock.lease=6";

  /** {@code JAVA_TOOL_OPTIONS} of processes that end before optimised code pays. */
  static final String SHORT_LIVED = "-XX:TieredStopAtLevel=1";

  private static final long MINUTES = 10; // much more than it takes alone on a machine

  private final Path folder;
  private final Path logs;

  record Ran(int code, String output) {}

  /**
   * @param logs folder for what commands print
   */
  OwnCluster(Path folder, Path logs) {
    this.folder = folder;
    this.logs = logs;
  }

  /** Runs a command to its end. */
  Ran run(String... arguments) throws IOException, InterruptedException {
    Path log = Files.createTempFile(logs, "command", ".log");
    Process process = start(log, arguments);
    return new Ran(finish(process), Files.readString(log));
  }

  Process start(Path log, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(HOME.resolve("parrot").toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    builder.environment().keySet().removeIf(key -> key.matches("SPARK_.*|HADOOP_.*"));
    builder.environment().put("PARROT_CLUSTER", folder.toString());
    builder.environment().put("PARROT_HEAP", "1g");
    builder.environment().put("PARROT_JAVA_OPTS", SHORT_LEASE);
    builder.environment().put("JAVA_TOOL_OPTIONS", SHORT_LIVED);
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    return builder.start();
  }

  static int finish(Process process) throws InterruptedException {
    if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      throw new AssertionError("not finished after " + MINUTES + " minutes");
    }
    return process.exitValue();
  }

  void must(String... arguments) throws IOException, InterruptedException {
    Ran ran = run(arguments);
    assertThat(ran.code()).as(ran.output()).isZero();
  }

  private String setting(String name) throws IOException {
    return new ObjectMapper().readTree(folder.resolve("cluster.json").toFile()).path(name).asText();
  }

  String hdfs() throws IOException {
    return "hdfs://127.0.0.1:" + setting("hdfsPort");
  }

  /** Spark's executors that run now. */
  List<ProcessHandle> executors() throws IOException {
    try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
      return all.filter(this::isExecutor).toList();
    }
  }

  private boolean isExecutor(ProcessHandle handle) {
    try {
      String line = Files.readString(Path.of("/proc/" + handle.pid() + "/cmdline"), UTF_8);
      return line.contains("CoarseGrainedExecutorBackend")
          && line.contains(folder.resolve("client").toString());
    } catch (IOException e) {
      return false; // it has ended
    }
  }

  /** Sends a signal as {@code kill} does. */
  static void signal(String name, ProcessHandle process) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + name, "" + process.pid()).start().waitFor();
  }

  @Override
  public void close() throws IOException, InterruptedException {
    must("cluster", "down");
  }
}
