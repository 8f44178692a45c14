package parrot.jobs.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
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

/** A run with model, shards and checkpoints in an HDFS that asks for Kerberos, all encrypted. */
@Tag("slow")
class KerberosIT {
  private static final long SECONDS = 240;

  @TempDir Path folder;
  private final List<Process> processes = new ArrayList<>();

  @BeforeEach
  void start() throws Exception {
    SmallWorld world = new SmallWorld(Files.createDirectories(folder.resolve("world")));
    Path secure = Files.createDirectories(folder.resolve("secure"));
    java("hdfs", List.of(), SecureHdfs.class, secure.toString(), world.folder.toString());
    await(secure.resolve(SecureHdfs.READY), processes.get(0));
    TrainConfig config =
        world.configAt(
            Files.readString(secure.resolve(SecureHdfs.READY)) + "/world/",
            "run",
            "average_every=1",
            "max_examples=100000",
            "held_out.data=[]",
            "checkpoints.every=1");
    Files.writeString(folder.resolve("train.yaml"), TrainConfigReader.toYaml(config.resolved()));
    Files.createDirectories(folder.resolve("spark/jars")); // executors get this class path
  }

  @AfterEach
  void end() throws InterruptedException {
    for (Process process : processes) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      assertThat(process.waitFor(SECONDS, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void trainsForLongerThanATicketLives() throws Exception {
    long began = System.nanoTime();
    Process run = train("run", "local-cluster[2,1,512]");
    while (System.nanoTime() - began < TimeUnit.SECONDS.toNanos(SecureHdfs.TICKET_SECONDS + 3)
        || !log("run").contains("round 3/")) {
      assertThat(run.isAlive()).as(log("run")).isTrue();
      Thread.sleep(100);
    }
    run.destroy();

    assertThat(run.waitFor(SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(run.exitValue()).as(log("run")).isEqualTo(ExitCode.STOPPED.code());
    assertThat(log("run")).contains("Stopped after round ").doesNotContain("unencrypted");
  }

  private Process train(String name, String master) throws IOException {
    Path secure = folder.resolve("secure");
    String realm = "-Djava.security.krb5.conf=" + secure.resolve("krb5.conf");
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("train", folder.resolve("train.yaml").toUri().toString()));
    arguments.addAll(List.of("--principal", SecureHdfs.PRINCIPAL));
    arguments.addAll(List.of("--keytab", secure.resolve("trainer.keytab").toString()));
    arguments.addAll(List.of("--master", master));
    Stream.of(
            "spark.executor.memory=512m",
            "spark.executor.extraClassPath=" + classPath(),
            "spark.executor.extraJavaOptions=--add-modules=jdk.incubator.vector " + realm,
            "spark.kerberos.relogin.period=2s",
            "spark.authenticate=true",
            "spark.authenticate.secret=known to all",
            "spark.network.crypto.enabled=true",
            "spark.io.encryption.enabled=true")
        .forEach(setting -> arguments.addAll(List.of("--conf", setting)));
    return java(name, List.of(realm), Main.class, arguments.toArray(String[]::new));
  }

  /** With Hadoop's configuration first. */
  private String classPath() {
    String own = System.getProperty("java.class.path");
    return folder.resolve("secure")
        + File.pathSeparator
        + Stream.of(own.split(File.pathSeparator))
            .map(entry -> Path.of(entry).toAbsolutePath().toString())
            .collect(Collectors.joining(File.pathSeparator));
  }

  private Process java(String name, List<String> options, Class<?> main, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    for (String flag : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      if (flag.startsWith("--add-")) {
        command.add(flag);
      }
    }
    command.add("-Djava.io.tmpdir=" + folder);
    command.addAll(options);
    command.addAll(List.of("-Xmx700m", "-cp", classPath(), main.getName()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve(name + ".log").toFile());
    builder.environment().keySet().removeIf(key -> key.matches("SPARK_.*|HADOOP_.*"));
    builder.environment().put("SPARK_HOME", folder.resolve("spark").toString());
    builder.environment().put("SPARK_SCALA_VERSION", "2.12");
    Process process = builder.start();
    processes.add(process);
    return process;
  }

  private void await(Path file, Process of) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    while (!Files.exists(file)) {
      assertThat(of.isAlive()).as(log("hdfs")).isTrue();
      assertThat(System.nanoTime()).as(log("hdfs")).isLessThan(deadline);
      Thread.sleep(100);
    }
  }

  private String log(String name) throws IOException {
    return Files.readString(folder.resolve(name + ".log"));
  }
}
