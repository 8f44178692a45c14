package parrot.jobs.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.jobs.spark.NativeEnvironment;

/** The launcher's own part, in a folder whose name has a blank; nothing is built or started. */
class LauncherTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  @TempDir Path temporary;
  private Path home;

  @BeforeEach
  void copyLauncher() throws IOException {
    home = Files.createDirectory(temporary.resolve("my parrot"));
    for (String file : List.of("parrot", "pom.xml")) {
      Files.copy(ROOT.resolve(file), home.resolve(file));
    }
    home.resolve("parrot").toFile().setExecutable(true);
    Files.createDirectories(home.resolve("jobs/target"));
    Files.writeString(home.resolve("jobs/target/classpath.txt"), "/some/library.jar");
  }

  private record Ran(int code, String output) {}

  private Ran run(Map<String, String> environment, String... args) throws Exception {
    List<String> command = new ArrayList<>(List.of(home.resolve("parrot").toString()));
    command.addAll(List.of(args));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.directory(temporary.toFile());
    builder
        .environment()
        .keySet()
        .removeIf(key -> key.matches("G?OMP.*|MALLOC.*|PARROT.*|SPARK_HOME|LC_.*|LANG"));
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    // Of a locale that is not installed, bash complains on standard error.
    builder.environment().put("LC_ALL", "C");
    builder.environment().putAll(environment);
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    return new Ran(process.waitFor(), output);
  }

  @Test
  void runsJavaWithTheFlagsOfTheBuild() throws Exception {
    Ran ran = run(Map.of("PARROT_HEAP", "5g"), "--dry-run", "shapes", "--out", "a b");
    assertThat(ran.code()).isZero();
    assertThat(ran.output())
        .contains("--add-exports=java.base/jdk.internal.module=ALL-UNNAMED ")
        .doesNotContain("--add-modules") // Java would warn of it
        .contains("--add-opens=java.base/java.lang=ALL-UNNAMED ")
        .contains("--add-opens=java.base/sun.util.calendar=ALL-UNNAMED ")
        .contains("-Xmx5g")
        .contains("/my\\ parrot/jobs/target/jobs-")
        .contains(".jar:/some/library.jar parrot.jobs.Main shapes --out a\\ b ");
  }

  @Test
  void submitsToAClusterWithItsProfile() throws Exception {
    Map<String, String> spark = Map.of("SPARK_HOME", "/opt/spark");
    assertThat(run(spark, "--on", "yarn", "--dry-run", "train", "a.yaml").output())
        .startsWith("/opt/spark/bin/spark-submit --master yarn --properties-file ")
        .contains("my\\ parrot/cluster-config/yarn.conf --class parrot.jobs.Main ")
        .endsWith("my\\ parrot/jobs/target/parrot.jar train a.yaml \n");
    assertThat(run(spark, "--dry-run", "--on=spark://h:7077", "train").output())
        .contains("--master spark://h:7077", "cluster-config/standalone.conf");
    assertThat(run(spark, "--dry-run", "--on", "k8s://https://h", "train").output())
        .contains("cluster-config/kubernetes.conf");
  }

  @Test
  void submitsWithTheBuildsOwnSparkWhereThereIsNoOther() throws Exception {
    Map<String, String> bare =
        Map.of("PATH", "/usr/bin:/bin", "JAVA_HOME", System.getProperty("java.home"));
    Ran ran = run(bare, "--on", "local[2]", "--dry-run", "train");
    assertThat(ran.output())
        .contains("-Xmx3g", "-Dorg.bytedeco.javacpp.maxBytes=0")
        .contains("my\\ parrot/jobs/target/provided/\\*", "org.apache.spark.deploy.SparkSubmit")
        .contains("--master local\\[2\\]", "cluster-config/local.conf");
    Map<String, String> own = new HashMap<>(bare);
    own.putAll(Map.of("PARROT_HEAP", "5g", "PARROT_JAVA_OPTS", "-Da=1 -Db=2"));
    assertThat(run(own, "--on", "spark://h:7077", "--dry-run", "train").output())
        .contains("-Xmx5g -Da=1 -Db=2 ");
  }

  @Test
  void givesTheDriverOfALocalMasterTheEnvironmentOfALocalRun() throws Exception {
    Path spark = Files.createDirectories(temporary.resolve("spark/bin"));
    Path submit = Files.writeString(spark.resolve("spark-submit"), "#!/bin/sh\nenv\n");
    submit.toFile().setExecutable(true);
    Map<String, String> environment = new HashMap<>();
    environment.put("SPARK_HOME", spark.getParent().toString());
    environment.put("PARROT_JAR", "parrot.jar");
    environment.put("PARROT_THREADS", "7");
    assertThat(run(environment, "--on", "local[2]", "train").output().lines())
        .contains("PARROT_THREADS=7")
        .containsAll(
            NativeEnvironment.recommended().entrySet().stream().map(Object::toString).toList());
    environment.put("MALLOC_ARENA_MAX", "4");
    assertThat(run(environment, "--on", "local[2]", "train").output().lines())
        .contains("MALLOC_ARENA_MAX=4");
  }

  @Test
  void readsFileNamesAsUtf8WhateverTheLocale() throws Exception {
    Path java = Files.createDirectories(temporary.resolve("jdk/bin")).resolve("java");
    Files.writeString(
        java,
        """
        #!/bin/sh
        if [ "$1" = -version ]; then echo 'openjdk version "17.0.1"' >&2; else echo "in $LC_ALL"; fi
        """);
    java.toFile().setExecutable(true);
    Ran ran = run(Map.of("JAVA_HOME", temporary.resolve("jdk").toString()), "shapes");
    assertThat(ran.output()).contains("in C.UTF-8");
  }

  @Test
  void takesAProfileAndAJarOfOnesOwn() throws Exception {
    Path profile = Files.writeString(temporary.resolve("mine.conf"), "");
    Ran ran =
        run(
            Map.of("SPARK_HOME", "/opt/spark", "PARROT_JAR", "local:///opt/parrot.jar"),
            "--on",
            "yarn",
            "--profile",
            profile.toString(),
            "--dry-run",
            "train");
    assertThat(ran.output())
        .contains("--properties-file " + profile)
        .endsWith("local:///opt/parrot.jar train \n");
  }

  @Test
  void refusesWhatCannotWork() throws Exception {
    assertThat(run(Map.of(), "--on")).isEqualTo(new Ran(2, "parrot: --on needs a master URL\n"));
    assertThat(run(Map.of(), "--profile", "no.conf", "--on", "yarn", "train"))
        .isEqualTo(new Ran(2, "parrot: there is no profile no.conf\n"));
    Map<String, String> bare =
        Map.of("PATH", "/usr/bin:/bin", "JAVA_HOME", System.getProperty("java.home"));
    assertThat(run(Map.of(), "--on", "banana", "train").output())
        .isEqualTo(
            "parrot: there is no master banana: give yarn, spark://HOST:PORT, k8s://URL or local[N]\n");
    assertThat(run(bare, "--on", "k8s://https://h", "train"))
        .isEqualTo(
            new Ran(5, "parrot: the build brings no Spark for k8s://https://h: set SPARK_HOME\n"));
    assertThat(run(Map.of("JAVA_HOME", "/nowhere"), "shapes"))
        .isEqualTo(new Ran(5, "parrot: Java is missing: install a JDK 17 or set JAVA_HOME\n"));
  }

  @Test
  void profilesCarryTheFlagsOfTheBuild() throws IOException {
    List<String> flags =
        Files.readString(ROOT.resolve("pom.xml"))
            .lines()
            .map(String::strip)
            .filter(line -> line.startsWith("--add-"))
            .toList();
    assertThat(flags).hasSizeGreaterThan(10);
    for (String name : List.of("local", "standalone", "yarn", "kubernetes")) {
      List<String> lines = Files.readAllLines(ROOT.resolve("cluster-config/" + name + ".conf"));
      assertThat(lines).allMatch(line -> line.isBlank() || line.matches("(#|spark\\.).*"));
      assertThat(options(lines, "spark.executor")).containsAll(flags);
      assertThat(options(lines, "spark.driver"))
          .containsAll(flags.stream().filter(flag -> flag.startsWith("--add-opens")).toList())
          .contains("--add-exports=java.base/jdk.internal.module=ALL-UNNAMED")
          .noneMatch(flag -> flag.startsWith("--add-modules")); // Java would warn of it
      assertThat(lines)
          .anyMatch(line -> line.matches("spark.kryo.registrator +parrot.*ParrotKryoRegistrator"));
    }
  }

  private static List<String> options(List<String> profile, String process) {
    return profile.stream()
        .filter(line -> line.startsWith(process + ".extraJavaOptions"))
        .flatMap(line -> Stream.of(line.split("\\s+")))
        .toList();
  }

  @Test
  void profilesGiveExecutorsTheEnvironmentThatTheLauncherGives() throws IOException {
    for (String name : List.of("standalone", "yarn", "kubernetes")) {
      Map<String, String> profile = profile(name);
      Map<String, String> expected = new HashMap<>(NativeEnvironment.recommended());
      expected.put(NativeEnvironment.THREADS, profile.get("spark.task.cpus"));
      assertThat(under("spark.executorEnv.", profile)).isEqualTo(expected);
    }
    assertThat(under("spark.kubernetes.driverEnv.", profile("kubernetes")))
        .isEqualTo(NativeEnvironment.recommended());
  }

  private static Map<String, String> profile(String name) throws IOException {
    Map<String, String> settings = new HashMap<>();
    for (String line : Files.readAllLines(ROOT.resolve("cluster-config/" + name + ".conf"))) {
      if (line.startsWith("spark.")) {
        String[] parts = line.split("\\s+", 2);
        settings.put(parts[0], parts[1]);
      }
    }
    return settings;
  }

  private static Map<String, String> under(String prefix, Map<String, String> settings) {
    Map<String, String> values = new HashMap<>();
    settings.forEach(
        (key, value) -> {
          if (key.startsWith(prefix)) {
            values.put(key.substring(prefix.length()), value);
          }
        });
    return values;
  }

  @Test
  void discoversGpusAsSparkAsks() throws Exception {
    Path fake = Files.writeString(temporary.resolve("nvidia-smi"), "#!/bin/sh\necho 0; echo 3\n");
    fake.toFile().setExecutable(true);
    ProcessBuilder builder =
        new ProcessBuilder(ROOT.resolve("cluster-config/gpu-discovery.sh").toString());
    builder.environment().merge("PATH", temporary.toString(), (path, first) -> first + ":" + path);
    Process process = builder.start();
    assertThat(new String(process.getInputStream().readAllBytes(), UTF_8))
        .isEqualTo("{\"name\": \"gpu\", \"addresses\": [\"0\",\"3\"]}\n");
    assertThat(process.waitFor()).isZero();
  }
}
