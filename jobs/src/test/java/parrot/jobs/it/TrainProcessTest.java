package parrot.jobs.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.jobs.Main;
import parrot.jobs.cli.ExitCode;
import parrot.jobs.config.TrainConfig;
import parrot.jobs.config.TrainConfigReader;
import parrot.jobs.metrics.MetricsFile;
import parrot.jobs.spark.SparkSessions;
import parrot.jobs.train.SmallWorld;
import parrot.jobs.train.TrainJob;

/** Training as a process of its own, and what signals do to it. */
@Tag("slow")
class TrainProcessTest {
  private static final long MINUTES = 5;

  @TempDir Path folder;
  private Path config;
  private Process process;

  @BeforeEach
  void write() throws IOException {
    SmallWorld world = new SmallWorld(folder);
    config = folder.resolve("train.yaml");
    TrainConfig small =
        world.config(
            "unused",
            "average_every=1",
            "max_examples=320",
            "held_out.data=[]",
            "checkpoints.every=1",
            "checkpoints.keep=100"); // one that is waited for must not go before it is seen
    Files.writeString(config, TrainConfigReader.toYaml(small.resolved()));
  }

  @AfterEach
  void end() throws InterruptedException {
    if (process != null) {
      process.destroyForcibly();
      assertThat(process.waitFor(MINUTES, TimeUnit.MINUTES)).isTrue();
    }
  }

  private Process start(String out, String... options) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    for (String flag : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      if (flag.startsWith("--add-")) {
        command.add(flag);
      }
    }
    // A killed process leaves Spark's temporary folders behind.
    command.add("-Djava.io.tmpdir=" + folder);
    command.add(OwnCluster.SHORT_LEASE);
    command.addAll(List.of("-Xmx1g", "-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(Main.class.getName(), "train", config.toString()));
    command.addAll(List.of("--out", folder.resolve(out).toString(), "--master", "local[2]"));
    command.addAll(Arrays.asList(options));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve(out + ".log").toFile());
    builder.environment().put("JAVA_TOOL_OPTIONS", OwnCluster.SHORT_LIVED);
    process = builder.start();
    return process;
  }

  private int finish(Process running) throws InterruptedException {
    assertThat(running.waitFor(MINUTES, TimeUnit.MINUTES)).isTrue();
    return running.exitValue();
  }

  private void awaitRound(String out, int round) throws InterruptedException {
    Path success =
        folder.resolve(out).resolve(String.format("checkpoints/round-%06d/_SUCCESS", round));
    long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(MINUTES);
    while (!Files.exists(success) && System.nanoTime() < deadline && process.isAlive()) {
      Thread.sleep(5);
    }
    assertThat(success).exists();
  }

  private byte[] model(String out) throws IOException {
    return Files.readAllBytes(
        folder.resolve(out).resolve("checkpoints/round-000040/model.safetensors"));
  }

  private byte[] updater(String out) throws IOException {
    return Files.readAllBytes(
        folder
            .resolve(out)
            .resolve("checkpoints/round-000040")
            .resolve("training/updater.safetensors"));
  }

  @Test
  void killedOrStoppedRunsEndWithTheBytesOfAnUninterruptedOne() throws Exception {
    // Killed in the middle of whatever it was doing.
    start("killed");
    awaitRound("killed", 3);
    Thread.sleep(23);
    process.destroyForcibly().waitFor();

    // Asked to stop: the round is finished and saved.
    start("killed", "--resume");
    awaitRound("killed", 9);
    process.destroy();
    assertThat(finish(process)).as(log("killed")).isEqualTo(ExitCode.STOPPED.code());
    assertThat(log("killed")).contains("Continuing from ", "Stopped after round ");

    try (SparkSession session = SparkSessions.create("train test", "local[2]", Map.of())) {
      String yaml = Files.readString(config);
      for (String out : List.of("whole", "killed")) {
        TrainConfig own = TrainConfigReader.read(yaml, List.of("out=" + folder.resolve(out)));
        TrainJob.Outcome outcome = TrainJob.run(own, session, TrainJob.Mode.RESUME, line -> {});
        assertThat(outcome.rounds()).isEqualTo(40);
      }
    }
    assertThat(model("killed")).isEqualTo(model("whole"));
    assertThat(updater("killed")).isEqualTo(updater("whole"));
    assertThat(Files.readAllLines(folder.resolve("killed").resolve(MetricsFile.NAME))).hasSize(40);
  }

  private String log(String out) throws IOException {
    return Files.readString(folder.resolve(out + ".log"));
  }
}
