package parrot.jobs.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.function.UnaryOperator;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import parrot.datasets.EnvironmentException;
import parrot.datasets.UsageException;
import parrot.model.kernel.DeviceChoice;
import parrot.model.kernel.KernelProvider;
import parrot.model.kernel.Precision;

class PreflightTest {
  private static final UnaryOperator<String> NOTHING = name -> null;

  private static final List<String> OPTIONS =
      List.of(
          "--add-modules=jdk.incubator.vector",
          "-Dorg.bytedeco.javacpp.maxBytes=0",
          "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0");

  private static SparkConf conf(String... settings) {
    SparkConf conf = SparkSessions.configuration("local[2]", Map.of());
    for (String setting : settings) {
      String[] parts = setting.split("=", 2);
      conf.set(parts[0], parts[1]);
    }
    return conf;
  }

  private static List<String> check(
      SparkConf conf,
      int parallelism,
      UnaryOperator<String> environment,
      int tasks,
      String kernels,
      Precision precision) {
    ClusterShape shape = ClusterShape.of(conf, parallelism);
    return Preflight.check(conf, shape, environment, tasks, kernels, precision);
  }

  @Test
  void saysInPlainLinesWhatItFound() {
    List<String> lines = check(conf(), 2, NOTHING, 4, "reference", Precision.F32);
    assertThat(lines)
        .contains(
            "spark      local[2], 2 slots on 1 executor for 4 replicas; 4 replicas run one after the other,"
                + " results are the same",
            "allocation fixed executors",
            "serializer Kryo with ParrotKryoRegistrator, registered classes alone",
            "nd4j       CpuBackend")
        .anyMatch(line -> line.matches("gpu        none.*; kernels compute on the processor"))
        .anyMatch(line -> line.startsWith("java       " + Runtime.version().feature()));
  }

  @Test
  void saysHowACardIsTakenAndWhyItCannotBe() {
    assertThat(check(conf(), 2, NOTHING, 1, "reference", Precision.F32))
        .contains(
            "gpu        none asked for (kernels.device: cuda takes one); kernels compute on the processor");
    Optional<String> obstacle = DeviceChoice.CUDA.obstacle();
    assumeTrue(obstacle.isPresent(), "there is a card here");
    assertThatThrownBy(() -> check(conf(), 2, NOTHING, 1, "cuda", Precision.F32))
        .isInstanceOf(EnvironmentException.class)
        .hasMessage(obstacle.get());
  }

  @Test
  void refusesCardsThatSparkIsNotAskedFor() {
    SparkConf none =
        cluster("spark.executor.resource.gpu.amount=0", "spark.task.resource.gpu.amount=0");
    assertThatThrownBy(() -> check(none, 2, NOTHING, 2, "cuda", Precision.F32))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageStartingWith("Cannot compute on GPUs: Spark is asked for none; set");
  }

  @Test
  void saysWhereBf16IsNotToBeHad() {
    assertThat(check(conf(), 2, NOTHING, 1, "onednn", Precision.BF16))
        .anySatisfy(
            line ->
                assertThat(line)
                    .startsWith(
                        "kernels    onednn, bf16"
                            + (KernelProvider.named("onednn").gainsFromBf16()
                                ? ""
                                : " asked for, f32 used where bf16 is not faster, as here")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          spark.speculation=true                | Cannot train with spark.speculation=true
          spark.task.resource.gpu.amount=1      | Cannot schedule GPUs in local mode
          spark.serializer=java                 | Cannot ship arrays with spark.serializer=java
          spark.kryo.registrator=Other          | Cannot ship arrays with spark.kryo.registrator=Other
          spark.task.cpus=4                     | Cannot run on local[2]: no task fits
          spark.executor.resource.gpu.amount=1  | Cannot schedule GPUs in local mode
          """)
  void refusesWhatCannotWork(String setting, String message) {
    assertThatThrownBy(() -> check(conf(setting), 2, NOTHING, 2, "reference", Precision.F32))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageStartingWith(message);
  }

  @Test
  void warnsOfASlowEnvironmentAndRefusesNothingForIt() {
    List<String> lines = check(conf(), 2, NOTHING, 1, "reference", Precision.F32);
    assertThat(lines)
        .anyMatch(line -> line.startsWith("native     warning: native code of this process "))
        .anyMatch(line -> line.startsWith("             export OMP_NUM_THREADS=1 (now not set; "));
  }

  @Test
  void saysWhereTasksOfOneProcessAreTooMany() {
    int cores = Runtime.getRuntime().availableProcessors();
    int tasks = cores + 1;
    String crowd = "kernels    onednn, f32; " + tasks + " tasks share " + cores + " cores: ";
    assertThat(check(conf(), tasks, name -> "2", tasks, "onednn", Precision.F32))
        .contains(crowd + "set OMP_NUM_THREADS to 1, or this is slow");
    assertThat(check(conf(), tasks, name -> "1", tasks, "onednn", Precision.F32))
        .contains(crowd + "use the master local[" + cores + "], or this is slow");
    assertThat(check(conf(), cores, name -> "1", cores, "onednn", Precision.F32))
        .contains("kernels    onednn, f32");
  }

  @Test
  void tasksOfAnyNumberMayBeStartedTwice() {
    SparkConf conf = conf("spark.speculation=true", "spark.serializer=java");
    assertThat(
            Preflight.checkAnyTasks(
                conf, ClusterShape.of(conf, 2), NOTHING, "reference", Precision.F32))
        .contains("spark      local[2], 2 tasks at a time", "kernels    reference, f32")
        .anyMatch(line -> line.startsWith("native     warning"));
    SparkConf tooWide = conf("spark.task.cpus=4");
    assertThatThrownBy(
            () ->
                Preflight.checkAnyTasks(
                    tooWide, ClusterShape.of(tooWide, 2), NOTHING, "reference", Precision.F32))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageStartingWith("Cannot run on local[2]: no task fits");
  }

  /** A cluster with everything that executors need, of two with two GPUs each. */
  private static SparkConf cluster(String... settings) {
    SparkConf conf =
        conf(
            "spark.master=yarn",
            "spark.executor.instances=2",
            "spark.executor.cores=8",
            "spark.task.cpus=4",
            "spark.executor.resource.gpu.amount=2",
            "spark.task.resource.gpu.amount=1",
            "spark.executor.extraJavaOptions=" + String.join(" ", OPTIONS));
    for (String setting : settings) {
      String[] parts = setting.split("=", 2);
      conf.set(parts[0], parts[1]);
    }
    return conf;
  }

  @Test
  void saysHowManySlotsAndGpusAreNeededAndAvailable() {
    assertThat(check(cluster(), 2, NOTHING, 6, "reference", Precision.F32))
        .contains(
            "spark      yarn, 4 slots on 2 executors for 6 replicas; 6 replicas run one after the"
                + " other, results are the same",
            "gpu        6 needed for 6 tasks at once, 4 available, 2 per executor; kernels compute on"
                + " the processor",
            "           executors have the options that they need");
  }

  @Test
  void saysWhatDynamicAllocationMayDo() {
    SparkConf conf =
        cluster("spark.dynamicAllocation.enabled=true", "spark.dynamicAllocation.maxExecutors=9");
    assertThat(check(conf, 2, NOTHING, 2, "reference", Precision.F32))
        .contains(
            "allocation dynamic, 0 to 9 executors; a round waits until one is there",
            "gpu        2 needed for 2 tasks at once, 2 per executor; kernels compute on the"
                + " processor");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          spark.task.resource.gpu.amount=0      | Cannot schedule GPUs: a task asks for 0, an executor for 2
          spark.task.resource.gpu.amount=3      | Cannot schedule GPUs: a task asks for 3, an executor for 2
          spark.executor.extraJavaOptions=-ea   | Cannot run executors without the Vector API
          """)
  void refusesWhatCannotWorkOnACluster(String setting, String message) {
    SparkConf conf = cluster(setting);
    assertThatThrownBy(() -> check(conf, 2, NOTHING, 2, "reference", Precision.F32))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageStartingWith(message);
  }

  @Test
  void refusesToLoseTheStateToDynamicAllocation() {
    SparkConf conf =
        cluster(
            "spark.dynamicAllocation.enabled=true",
            "spark.dynamicAllocation.cachedExecutorIdleTimeout=60s");
    assertThatThrownBy(() -> check(conf, 2, NOTHING, 2, "reference", Precision.F32))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining("executors keep the state between rounds");
  }

  @Test
  void warnsOfNativeMemoryThatIsCounted() {
    SparkConf conf =
        cluster(
            "spark.executor.extraJavaOptions="
                + String.join(" ", OPTIONS).replace("maxPhysicalBytes=0", "maxPhysicalBytes=9g"));
    assertThat(check(conf, 2, NOTHING, 2, "reference", Precision.F32))
        .anyMatch(
            line ->
                line.startsWith(
                    "           warning: executors lack"
                        + " -Dorg.bytedeco.javacpp.maxPhysicalBytes=0"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"standalone", "yarn", "kubernetes"})
  void profilesHaveWhatExecutorsNeed(String profile) throws IOException {
    Properties settings = new Properties();
    try (InputStream in =
        Files.newInputStream(Path.of("..", "cluster-config", profile + ".conf"))) {
      settings.load(in);
    }
    SparkConf conf = new SparkConf(false).setMaster("yarn");
    settings.stringPropertyNames().forEach(name -> conf.set(name, settings.getProperty(name)));
    assertThat(check(conf, 2, NOTHING, 2, "reference", Precision.F32))
        .contains(
            "           executors have the options that they need",
            "serializer Kryo with ParrotKryoRegistrator, registered classes alone");
  }

  @Test
  void localSessionsStayOnTheLoopbackWithoutPages() {
    assertThat(conf().get("spark.driver.bindAddress")).isEqualTo("127.0.0.1");
    assertThat(conf().get("spark.ui.enabled")).isEqualTo("false");
    SparkConf asked = SparkSessions.configuration("local[2]", Map.of("spark.ui.enabled", "true"));
    assertThat(asked.get("spark.ui.enabled")).isEqualTo("true");
    SparkConf cluster = SparkSessions.configuration("yarn", Map.of());
    assertThat(cluster.contains("spark.driver.bindAddress")).isFalse();
  }

  @Test
  void saysThatAMasterDoesNotExist() {
    assertThatThrownBy(() -> SparkSessions.create("test", "nonsense", Map.of()))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith("Invalid master: 'nonsense' (must be local");
  }
}
