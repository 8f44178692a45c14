package parrot.jobs.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import parrot.jobs.cli.CommandException;
import parrot.jobs.cli.ExitCode;
import parrot.model.kernel.OneDnn;

class PreflightTest {
  private static final UnaryOperator<String> NOTHING = name -> null;

  private static SparkConf conf(String... settings) {
    SparkConf conf = SparkSessions.configuration("local[2]", Map.of());
    for (String setting : settings) {
      String[] parts = setting.split("=", 2);
      conf.set(parts[0], parts[1]);
    }
    return conf;
  }

  @Test
  void saysInPlainLinesWhatItFound() {
    List<String> lines = Preflight.check(conf(), 2, NOTHING, 4, "reference", "f32");
    assertThat(lines)
        .contains(
            "spark      local[2], 2 slots for 4 replicas; 4 replicas run one after the other,"
                + " results are the same",
            "gpu        none asked for",
            "allocation fixed executors",
            "serializer Kryo with ParrotKryoRegistrator",
            "nd4j       CpuBackend")
        .anyMatch(line -> line.startsWith("java       " + Runtime.version().feature()));
  }

  @Test
  void saysWhereBf16IsNotToBeHad() {
    assertThat(Preflight.check(conf(), 2, NOTHING, 1, "onednn", "bf16"))
        .anySatisfy(
            line ->
                assertThat(line)
                    .startsWith(
                        "kernels    onednn, bf16"
                            + (OneDnn.gainsFromBf16()
                                ? ""
                                : " asked for, f32 used where processors lack AVX-512 BF16")));
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
          """)
  void refusesWhatCannotWork(String setting, String message) {
    assertThatThrownBy(() -> Preflight.check(conf(setting), 2, NOTHING, 2, "reference", "f32"))
        .isInstanceOfSatisfying(
            CommandException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.ENVIRONMENT))
        .hasMessageStartingWith(message);
  }

  @Test
  void warnsOfASlowEnvironmentAndRefusesNothingForIt() {
    List<String> lines = Preflight.check(conf(), 2, NOTHING, 1, "reference", "f32");
    assertThat(lines)
        .anyMatch(line -> line.startsWith("native     warning: native code of this process "))
        .anyMatch(line -> line.startsWith("             export OMP_NUM_THREADS=1 (now not set; "));
  }

  @Test
  void saysWhereTasksOfOneProcessAreTooMany() {
    int cores = Runtime.getRuntime().availableProcessors();
    int tasks = cores + 1;
    String crowd = "kernels    onednn, f32; " + tasks + " tasks share " + cores + " cores: ";
    assertThat(Preflight.check(conf(), tasks, name -> "2", tasks, "onednn", "f32"))
        .contains(crowd + "set OMP_NUM_THREADS to 1, or this is slow");
    assertThat(Preflight.check(conf(), tasks, name -> "1", tasks, "onednn", "f32"))
        .contains(crowd + "use the master local[" + cores + "], or this is slow");
    assertThat(Preflight.check(conf(), cores, name -> "1", cores, "onednn", "f32"))
        .contains("kernels    onednn, f32");
  }

  @Test
  void tasksOfAnyNumberMayBeStartedTwice() {
    SparkConf conf = conf("spark.speculation=true", "spark.serializer=java");
    assertThat(Preflight.checkAnyTasks(conf, 2, NOTHING, "reference", "f32"))
        .contains("spark      local[2], 2 tasks at a time", "kernels    reference, f32")
        .anyMatch(line -> line.startsWith("native     warning"));
    SparkConf tooWide = conf("spark.task.cpus=4");
    assertThatThrownBy(() -> Preflight.checkAnyTasks(tooWide, 2, NOTHING, "reference", "f32"))
        .isInstanceOf(CommandException.class)
        .hasMessageStartingWith("Cannot run on local[2]: no task fits");
  }

  @Test
  void countsSlotsOfExecutorsOnACluster() {
    SparkConf conf =
        conf(
            "spark.master=yarn",
            "spark.executor.instances=3",
            "spark.executor.cores=8",
            "spark.task.cpus=4");
    assertThat(Preflight.slotsOf(conf, 2)).isEqualTo(6);
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
        .isInstanceOfSatisfying(
            CommandException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.ENVIRONMENT))
        .hasMessageStartingWith("Cannot start Spark on nonsense: ")
        .hasMessageEndingWith("; is the master running, and is --master right?");
  }
}
