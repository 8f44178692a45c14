package parrot.jobs.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.jobs.Main;
import parrot.jobs.cli.ExitCode;
import parrot.jobs.config.TrainConfig;
import parrot.jobs.config.TrainConfigReader;
import parrot.jobs.train.SmallWorld;

/** Replicas on cards that Spark has given them: two executors, each with one, emulated. */
@Tag("slow")
class EmulatedCardsTest {
  private static final Path MODEL = Path.of("../model").toAbsolutePath().normalize();
  private static final long MINUTES = 4;
  private static final int ROUNDS = 3;

  @TempDir Path folder;
  private Path config;
  private Process process;

  @BeforeEach
  void write() throws IOException {
    Path java = Path.of(System.getProperty("java.home"), "include", "jni.h");
    assumeTrue(System.getProperty("os.arch").equals("amd64"), "the emulator needs an x86-64");
    assumeTrue(Files.exists(java), "this Java has no header files");
    assumeTrue(onPath("g++"), "there is no g++ to compile kernels for the emulator");
    SmallWorld world = new SmallWorld(folder);
    TrainConfig small =
        world.config(
            "unused",
            "average_every=1",
            "batch_size=2",
            "max_examples=" + 4 * ROUNDS,
            "kernels.device=cuda",
            "kernels.precision=bf16",
            "held_out.data=[]",
            "checkpoints.every=1",
            "checkpoints.keep=100");
    config = folder.resolve("train.yaml");
    Files.writeString(config, TrainConfigReader.toYaml(small.resolved()));
    Files.createDirectories(folder.resolve("spark/jars")); // executors get the class path below
    Path discovery = folder.resolve("cards.sh");
    Files.writeString(
        discovery,
        """
        #!/bin/sh
        # Each worker that asks gets the next address.
        n=0
        until mkdir "%s/card-$n" 2>/dev/null; do n=$((n + 1)); done
        echo "{\\"name\\": \\"gpu\\", \\"addresses\\": [\\"$((n %% 2))\\"]}"
        """
            .formatted(folder));
    Files.setPosixFilePermissions(discovery, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static boolean onPath(String program) {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator))
        .anyMatch(place -> Files.isExecutable(Path.of(place, program)));
  }

  @AfterEach
  void end() throws InterruptedException {
    if (process != null) {
      process.destroyForcibly();
      assertThat(process.waitFor(MINUTES, TimeUnit.MINUTES)).isTrue();
    }
  }

  /** The program's class path, and the cards', which only tests have. */
  private static String classPath() {
    return String.join(
        File.pathSeparator,
        MODEL.resolve("src/test/emulated").toString(), // first, so that its kernels are found
        System.getProperty("java.class.path"),
        MODEL.resolve("target/test-classes").toString());
  }

  private static List<String> javaOptions() {
    List<String> options = new ArrayList<>();
    for (String flag : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      if (flag.startsWith("--add-")) {
        options.add(flag);
      }
    }
    options.add("-Dparrot.emulator=" + MODEL.resolve("target/emulator"));
    return options;
  }

  private Process start(String out, String... options) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(javaOptions());
    command.add("-Djava.io.tmpdir=" + folder);
    command.add(OwnCluster.SHORT_LEASE);
    Stream.of(
            "executor.extraClassPath=" + classPath(),
            "executor.extraJavaOptions=" + javaOptions().stream().collect(Collectors.joining(" ")),
            "executor.memory=512m",
            "executor.resource.gpu.amount=1",
            "task.resource.gpu.amount=1",
            "worker.resource.gpu.amount=1",
            "worker.resource.gpu.discoveryScript=" + folder.resolve("cards.sh"))
        .forEach(setting -> command.add("-Dspark." + setting));
    command.addAll(List.of("-Xmx1g", "-cp", classPath(), Main.class.getName(), "train"));
    command.addAll(List.of(config.toString(), "--out", folder.resolve(out).toString()));
    command.addAll(List.of("--master", "local-cluster[2,1,1024]"));
    command.addAll(List.of(options));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log(out).toFile()));
    builder.environment().keySet().removeIf(key -> key.startsWith("SPARK_"));
    builder.environment().put("SPARK_HOME", folder.resolve("spark").toString());
    builder.environment().put("SPARK_SCALA_VERSION", "2.12");
    builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
    builder.environment().put("JAVA_TOOL_OPTIONS", OwnCluster.SHORT_LIVED);
    builder.environment().put("SPARK_LOCAL_DIRS", folder.resolve("local").toString());
    process = builder.start();
    return process;
  }

  private Path log(String out) {
    return folder.resolve(out + ".log");
  }

  private String said(String out) throws IOException {
    return Files.readString(log(out));
  }

  private void finish(String out) throws IOException, InterruptedException {
    assertThat(process.waitFor(MINUTES, TimeUnit.MINUTES)).as(said(out)).isTrue();
    assertThat(process.exitValue()).as(said(out)).isEqualTo(ExitCode.OK.code());
  }

  private Path checkpoint(String out, int round) {
    return folder.resolve(out).resolve("checkpoints/round-%06d".formatted(round));
  }

  private void await(String out, int round) throws IOException, InterruptedException {
    while (!Files.exists(checkpoint(out, round).resolve("_SUCCESS"))) {
      assertThat(process.isAlive()).as(said(out)).isTrue();
      Thread.sleep(5);
    }
  }

  private boolean isExecutor(ProcessHandle handle) {
    try {
      return Files.readString(Path.of("/proc/" + handle.pid() + "/cmdline"))
          .contains("CoarseGrainedExecutorBackend");
    } catch (IOException e) {
      return false; // it has ended
    }
  }

  private List<byte[]> trained(String out) throws IOException {
    Path last = checkpoint(out, ROUNDS);
    return List.of(
        Files.readAllBytes(last.resolve("model.safetensors")),
        Files.readAllBytes(last.resolve("training/updater.safetensors")));
  }

  @Test
  void aRunThatLosesAnExecutorAndItsDriverEndsWithTheBytesOfAnUndisturbedOne() throws Exception {
    start("whole");
    finish("whole");
    assertThat(said("whole")).contains("cuda, bf16");

    start("killed");
    await("killed", 1);
    List<ProcessHandle> executors = process.descendants().filter(this::isExecutor).toList();
    assertThat(executors).hasSize(2);
    executors.get(0).destroyForcibly();
    await("killed", 2);
    process.destroyForcibly().waitFor();
    start("killed", "--resume");
    finish("killed");
    assertThat(said("killed")).contains("Continuing from ");

    assertThat(trained("killed")).containsExactlyElementsOf(trained("whole"));
    assertThat(trained("whole").get(0))
        .isNotEqualTo(Files.readAllBytes(checkpoint("whole", 0).resolve("model.safetensors")));
  }
}
