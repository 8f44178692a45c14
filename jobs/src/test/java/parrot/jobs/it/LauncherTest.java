package parrot.jobs.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.jobs.spark.NativeEnvironment;

/** The launcher's own part, in a folder whose name has a blank; nothing is built or started. */
class LauncherTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final String HELP = "cluster-config/launcher-help.txt";

  @TempDir Path temporary;
  private Path home;

  @BeforeEach
  void copyLauncher() throws IOException {
    home = Files.createDirectory(temporary.resolve("my parrot"));
    Files.createDirectory(home.resolve("cluster-config"));
    for (String file : List.of("parrot", "cluster-config/native.env", HELP)) {
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
  void runsJavaWithTheOptionsOfClusterConfig() throws Exception {
    Map<String, String> environment =
        Map.of("PARROT_HEAP", "5g", "PARROT_JAVA_OPTS", "-Da=1 -Db=2");
    Ran ran = run(environment, "--dry-run", "shapes", "--out", "a b");
    assertThat(ran.code()).isZero();
    assertThat(ran.output())
        .contains("/my\\ parrot/cluster-config/jvm.options -Xmx5g -XX:+UseParallelGC -Da=1 -Db=2 ")
        .contains("/my\\ parrot/jobs/target/jobs.jar:/some/library.jar ")
        .endsWith(" parrot.jobs.Main shapes --out a\\ b \n");
  }

  @Test
  void givesStepsACollectorBesideThemAndAllOfTheHeap() throws Exception {
    String collector = "/my\\ parrot/cluster-config/train-gc.options -Xms3g ";
    assertThat(run(Map.of(), "--dry-run", "train", "a.yaml").output())
        .contains(collector)
        .endsWith(" parrot.jobs.Main train a.yaml \n");
    assertThat(run(Map.of(), "--dry-run", "bench", "decoder").output())
        .contains("-Xmx512m -XX:+UseParallelGC ", "/my\\ parrot/benchmarks/target/benchmarks.jar:")
        .doesNotContain(collector)
        .endsWith(" parrot.benchmarks.Main decoder \n");
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
        .contains("my\\ parrot/cluster-config/jvm.options -Xmx3g ")
        .contains(
            "my\\ parrot/jobs/target/spark-home/jars/\\* org.apache.spark.deploy.SparkSubmit ")
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
    Ran ran = run(javaThatSays("in $LC_ALL"), "shapes");
    assertThat(ran.output()).contains("in C.UTF-8");
  }

  private Map<String, String> javaThatSays(String words) throws IOException {
    Path java = Files.createDirectories(temporary.resolve("jdk/bin")).resolve("java");
    Files.writeString(
        java,
        """
        #!/bin/sh
        if [ "$1" = -version ]; then echo 'openjdk version "17.0.1"' >&2; else echo "%s"; fi
        """
            .formatted(words));
    java.toFile().setExecutable(true);
    return Map.of("JAVA_HOME", temporary.resolve("jdk").toString());
  }

  @Test
  void helpOfTheProgramEndsWithItsOwnOptions() throws Exception {
    Map<String, String> java = javaThatSays("the program's");
    String whole = "the program's\n" + Files.readString(ROOT.resolve(HELP));
    assertThat(run(java, "--help").output()).endsWith(whole);
    assertThat(run(java).output()).endsWith(whole);
    assertThat(run(java, "train", "--help").output()).endsWith("the program's\n");
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

  private Map<String, String> sparkThatSays(String line) throws IOException {
    Path spark = Files.createDirectories(temporary.resolve("spark/bin"));
    Path submit =
        Files.writeString(spark.resolve("spark-submit"), "#!/bin/sh\necho '" + line + "' >&2\n");
    submit.toFile().setExecutable(true);
    return Map.of("SPARK_HOME", spark.getParent().toString(), "PARROT_JAR", "parrot.jar");
  }

  @Test
  void endsAsTheDriverThatAClusterRunsDoes() throws Exception {
    String[] submit = {
      "--on", "spark://h:7077", "--deploy-mode", "cluster", "train", "hdfs://h/a.yaml"
    };
    String ended = "12:00:00 INFO ClientEndpoint: State of driver driver-1-0001 is %s, exiting";
    assertThat(run(sparkThatSays(ended.formatted("FINISHED")), submit).code()).isZero();
    Ran failed = run(sparkThatSays(ended.formatted("FAILED")), submit);
    assertThat(failed.code()).isEqualTo(1);
    assertThat(failed.output())
        .contains("State of driver driver-1-0001 is FAILED")
        .endsWith(
            "parrot: the driver ended as FAILED: its log, which the page of spark://h:7077 links,"
                + " says why\n");
    assertThat(run(sparkThatSays("nothing"), submit).code()).isEqualTo(5);
  }

  @Test
  void refusesAFileThatADriverElsewhereCannotRead() throws Exception {
    for (String master : List.of("spark://h:7077", "yarn", "k8s://https://h")) {
      Ran ran =
          run(
              Map.of("SPARK_HOME", "/opt/spark", "HADOOP_CONF_DIR", hadoop("yarn-site.xml")),
              "--on",
              master,
              "--deploy-mode",
              "cluster",
              "train",
              "local.yaml");
      assertThat(ran.code()).isEqualTo(2);
      assertThat(ran.output())
          .isEqualTo(
              "parrot: with --deploy-mode cluster the driver runs on a machine that cannot read"
                  + " local.yaml here: put the file into HDFS, or leave --deploy-mode out\n");
    }
  }

  private String hadoop(String file) throws IOException {
    Path folder = Files.createDirectories(temporary.resolve("hadoop"));
    Files.writeString(folder.resolve(file), "<configuration/>");
    return folder.toString();
  }

  @Test
  void asksForTheConfigurationThatYarnIsFoundBy() throws Exception {
    Map<String, String> without = Map.of("SPARK_HOME", "/opt/spark", "HADOOP_CONF_DIR", "");
    assertThat(run(without, "--on", "yarn", "train", "a.yaml"))
        .isEqualTo(
            new Ran(
                5,
                "parrot: YARN is found by its configuration: set HADOOP_CONF_DIR to its folder\n"));
    Map<String, String> wrong =
        Map.of("SPARK_HOME", "/opt/spark", "HADOOP_CONF_DIR", hadoop("core-site.xml"));
    assertThat(run(wrong, "--on", "yarn", "train", "a.yaml").output())
        .startsWith("parrot: there is no yarn-site.xml in HADOOP_CONF_DIR, ");
  }

  @Test
  void buildsNothingBigForHelp() throws Exception {
    for (String[] help :
        new String[][] {
          {"cluster", "up", "--help"}, {"--on", "spark://h:7077", "train", "--help"}
        }) {
      assertThat(run(Map.of(), help).output())
          .contains("parrot.jobs.Main")
          .doesNotContain("building", "SparkSubmit");
    }
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
}
