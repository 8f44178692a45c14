package parrot.jobs.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
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
import parrot.jobs.sweep.SmallSweep;

/** Sweeps over executors that are processes of their own, and what kills do to them. */
@Tag("slow")
class SweepFaultsIT {
  private static final long SECONDS = 300;
  private static final int MODELS = 3;
  private static final List<String> LANGUAGES = List.of("en", "cn", "pt", "ar", "tr", "ru");

  private final Random random = new Random();
  @TempDir Path folder;
  private SmallSweep small;
  private Process process;

  @BeforeEach
  void write() throws IOException {
    small = new SmallSweep(folder, 6, LANGUAGES);
    for (int i = 0; i < MODELS; i++) {
      small.model("model-" + i, i);
    }
    Path jars = Files.createDirectories(folder.resolve("spark/jars"));
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      Path jar = Path.of(entry).toAbsolutePath();
      if (Files.isRegularFile(jar) && Files.notExists(jars.resolve(jar.getFileName()))) {
        Files.createSymbolicLink(jars.resolve(jar.getFileName()), jar);
      }
    }
  }

  @AfterEach
  void end() throws InterruptedException {
    if (process != null) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      assertThat(process.waitFor(SECONDS, TimeUnit.SECONDS)).isTrue();
    }
  }

  private void start(String out, int executors) throws IOException {
    Path yaml =
        Files.writeString(
            folder.resolve(out + ".yaml"),
            "out: %1$s/%2$s\nmodels: [%1$s/model-0, %1$s/model-1, %1$s/model-2]\n"
                    .formatted(folder, out)
                + "benchmarks: %s\nsettings: [{name: short, kernels: reference, max_new_tokens: 4}]\n"
                    .formatted(small.benchmarks()));
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    for (String flag : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      if (flag.startsWith("--add-")) {
        command.add(flag);
      }
    }
    command.add("-Djava.io.tmpdir=" + folder);
    command.add(OwnCluster.SHORT_LEASE);
    command.addAll(List.of("-Xmx700m", "-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(Main.class.getName(), "sweep", yaml.toString()));
    command.addAll(List.of("--master", "local-cluster[%d,1,512]".formatted(executors)));
    command.addAll(List.of("--conf", "spark.executor.memory=512m"));
    command.addAll(List.of("--conf", "spark.executor.extraClassPath=" + folders()));
    command.addAll(
        List.of(
            "--conf",
            "spark.executor.extraJavaOptions=--add-modules=jdk.incubator.vector"
                + " -Dlog4j2.configurationFile=classpath:parrot/jobs/it/asked-questions.properties"
                + " -Dparrot.asked="
                + askedFile()));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log(out).toFile()));
    builder.environment().keySet().removeIf(key -> key.matches("SPARK_.*|HADOOP_.*"));
    builder.environment().put("SPARK_HOME", folder.resolve("spark").toString());
    builder.environment().put("SPARK_SCALA_VERSION", "2.12");
    builder.environment().put("JAVA_TOOL_OPTIONS", OwnCluster.SHORT_LIVED);
    process = builder.start();
  }

  private static String folders() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(entry -> Path.of(entry).toAbsolutePath())
        .filter(Files::isDirectory)
        .map(Path::toString)
        .collect(Collectors.joining(File.pathSeparator));
  }

  private Path log(String out) {
    return folder.resolve(out + ".log");
  }

  private void finish(String out) throws IOException, InterruptedException {
    assertThat(process.waitFor(SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(Files.readString(log(out))).isEqualTo(ExitCode.OK.code());
  }

  /** Waits until the executors have asked that many questions since the start. */
  private void awaitAsked(int questions) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    while (asked().values().stream().mapToInt(Integer::intValue).sum() < questions) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      assertThat(process.isAlive()).isTrue();
      Thread.sleep(20);
    }
  }

  /** How often each question was asked of each model. */
  private Map<String, Integer> asked() throws IOException {
    Map<String, Integer> asked = new TreeMap<>();
    if (Files.exists(askedFile())) {
      Files.readAllLines(askedFile()).forEach(line -> asked.merge(line, 1, Integer::sum));
    }
    return asked;
  }

  private Path askedFile() {
    return folder.resolve("asked.log");
  }

  private Map<String, String> results(String out) throws IOException {
    Map<String, String> results = new TreeMap<>();
    try (Stream<Path> files = Files.walk(folder.resolve(out))) {
      for (Path file : files.toList()) {
        String name = folder.resolve(out).relativize(file).toString();
        if (name.matches(".*\\.(tsv|csv|md)|.*(scores|key|answers)\\.jsonl?")) {
          results.put(name, Files.readString(file));
        }
      }
    }
    return results;
  }

  @Test
  void killsLoseNothingAndAnyNumberOfExecutorsGivesTheSameBytes() throws Exception {
    start("whole", 4);
    finish("whole");
    int questions = asked().size();
    assertThat(asked().values()).containsOnly(1);
    Files.delete(askedFile());

    start("killed", 2);
    awaitAsked(questions / 8 + random.nextInt(questions / 8));
    List<ProcessHandle> executors =
        process
            .descendants()
            .filter(one -> one.info().command().orElse("").endsWith("java"))
            .toList();
    assertThat(executors).hasSize(2);
    executors.get(random.nextInt(2)).destroyForcibly();
    awaitAsked(questions / 2 + random.nextInt(questions / 4));
    process.destroyForcibly().waitFor();

    start("killed", 1);
    finish("killed");

    assertThat(results("killed")).isEqualTo(results("whole")).hasSizeGreaterThan(3 * 12);
    assertThat(asked()).hasSize(questions);
    assertThat(asked().values()).allMatch(times -> times <= 2);
  }
}
