package parrot.jobs.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EnvironmentCheckTest {
  private static final int CORES = 4;

  /** All as recommended, but for pairs of name and value; a null value is not set. */
  private static Map<String, String> environment(String... changes) {
    Map<String, String> values = new HashMap<>(NativeEnvironment.recommended());
    values.put("PARROT_THREADS", "" + CORES);
    for (int i = 0; i < changes.length; i += 2) {
      values.put(changes[i], changes[i + 1]);
    }
    return values;
  }

  private static SparkConf conf(String master, String... settings) {
    return with(new SparkConf(false).setMaster(master), settings);
  }

  private static SparkConf with(SparkConf conf, String... settings) {
    for (String setting : settings) {
      String[] parts = setting.split("=", 2);
      conf.set(parts[0], parts[1]);
    }
    return conf;
  }

  /** A cluster whose executors have all as recommended, but for {@code settings}. */
  private static SparkConf cluster(String master, String... settings) {
    SparkConf conf = conf(master, "spark.task.cpus=" + CORES);
    environment().forEach((name, value) -> conf.set("spark.executorEnv." + name, value));
    return with(conf, settings);
  }

  private static List<String> facts(SparkConf conf, Map<String, String> environment) {
    return EnvironmentCheck.facts(conf, environment::get, CORES);
  }

  @Test
  void saysInOneLineThatAllIsWell() {
    assertThat(facts(conf("local[2]"), environment("PARROT_THREADS", "3")))
        .containsExactly("OpenMP and the allocator are set as is fast; threads of this process: 3");
    assertThat(facts(cluster("yarn"), environment()))
        .containsExactly("OpenMP and the allocator are set as is fast; threads of each task: 4");
  }

  @Test
  void namesEachVariableOfALocalProcessItsValueAndWhatToSetInTheShell() {
    assertThat(
            facts(conf("local[*]"), environment("OMP_NUM_THREADS", "8", "MALLOC_TOP_PAD_", null)))
        .containsExactly(
            "warning: native code of this process is slower than it could be; set in the shell"
                + " before the start (./parrot sets what is not set):",
            "  export OMP_NUM_THREADS=1 (now 8; so OpenMP's threads and Parrot's wait for each"
                + " other)",
            "  export MALLOC_TOP_PAD_=67108864 (now not set; so native memory grows in many small"
                + " steps)");
  }

  @Test
  void namesEveryVariableWhereNoneIsSet() {
    List<String> facts = facts(conf("local"), Map.of());
    assertThat(NativeEnvironment.recommended()).hasSize(7);
    assertThat(facts).hasSize(2 + 7).noneMatch(fact -> fact.contains("so null"));
    assertThat(facts).anyMatch(fact -> fact.startsWith("  export PARROT_THREADS=4 (now not set; "));
    NativeEnvironment.recommended()
        .forEach(
            (name, value) ->
                assertThat(facts)
                    .anyMatch(
                        fact ->
                            fact.startsWith("  export " + name + "=" + value + " (now not set; ")));
  }

  @ParameterizedTest
  @CsvSource({"5", "0", "two", "''"})
  void wantsNoMoreThreadsOfAProcessThanItHasCores(String threads) {
    assertThat(facts(conf("local[2]"), environment("PARROT_THREADS", threads)))
        .hasSize(2)
        .anyMatch(fact -> fact.startsWith("  export PARROT_THREADS=4 (now " + threads + "; so "));
  }

  @ParameterizedTest
  @CsvSource({
    "OMP_WAIT_POLICY,PASSIVE",
    "MALLOC_TOP_PAD_,268435456",
    "MALLOC_TRIM_THRESHOLD_,99999999999"
  })
  void takesValuesThatServeAsWell(String name, String value) {
    assertThat(facts(conf("local[2]"), environment(name, value))).hasSize(1);
  }

  @Test
  void looksAtTheSettingsOfExecutorsOnACluster() {
    SparkConf conf =
        cluster(
            "spark://host:7077",
            "spark.executorEnv.MALLOC_ARENA_MAX=8",
            "spark.executorEnv.PARROT_THREADS=8");
    assertThat(facts(conf, environment()))
        .containsExactly(
            "warning: native code of executors is slower than it could be; set in the profile, or"
                + " with --conf:",
            "  spark.executorEnv.PARROT_THREADS=4 (now 8; so it is not spark.task.cpus, a task's"
                + " cores)",
            "  spark.executorEnv.MALLOC_ARENA_MAX=1 (now 8; so what one thread freed, another"
                + " cannot reuse)");
  }

  @ParameterizedTest
  @CsvSource({
    "spark://host:7077, client,  export ",
    "yarn,              client,  export ",
    "yarn,              cluster, spark.yarn.appMasterEnv.",
    "k8s://https://h,   client,  export ",
    "k8s://https://h,   cluster, spark.kubernetes.driverEnv."
  })
  void saysWhereADriverGetsItsEnvironment(String master, String mode, String prefix) {
    SparkConf conf = cluster(master, "spark.submit.deployMode=" + mode);
    assertThat(facts(conf, environment("GOMP_SPINCOUNT", null, "PARROT_THREADS", null)))
        .satisfiesExactly(
            heading -> assertThat(heading).startsWith("warning: native code of the driver "),
            finding ->
                assertThat(finding.strip())
                    .startsWith(prefix.strip())
                    .contains("GOMP_SPINCOUNT=10000 (now not set; "));
  }

  @Test
  void knowsTheDriversPodThoughSparkIsInClientModeThere() {
    SparkConf conf =
        cluster(
            "k8s://https://h",
            "spark.submit.deployMode=client",
            "spark.kubernetes.submitInDriver=true");
    assertThat(facts(conf, environment("GOMP_SPINCOUNT", null)))
        .anyMatch(fact -> fact.startsWith("  spark.kubernetes.driverEnv.GOMP_SPINCOUNT=10000 "));
  }

  @Test
  void executorsGetAllOfItWithoutAProfile() {
    SparkConf conf = SparkSessions.configuration("yarn", Map.of("spark.task.cpus", "4"));
    assertThat(facts(conf, environment())).hasSize(1);
    SparkConf own =
        SparkSessions.configuration("yarn", Map.of("spark.executorEnv.MALLOC_ARENA_MAX", "2"));
    assertThat(own.get("spark.executorEnv.MALLOC_ARENA_MAX")).isEqualTo("2");
  }

  @Test
  void anExecutorAloneIsAskedForItsRealEnvironment() {
    EnvironmentCheck.logOnExecutor(); // outside of any task: nothing to look at
    assertThat(NativeEnvironment.ofExecutor(environment()::get, CORES)).isEmpty();
    assertThat(NativeEnvironment.ofExecutor(environment()::get, 2))
        .singleElement()
        .asString()
        .startsWith("PARROT_THREADS=2 (now 4; ");
  }
}
