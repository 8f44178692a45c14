package parrot.jobs.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;
import parrot.datasets.EnvironmentException;
import parrot.jobs.spark.MemoryCheck.Machine;

class MemoryCheckTest {
  private static final long GIB = 1L << 30;

  /** Parameters whose float32 values take a GiB. */
  private static final long GIB_OF_PARAMETERS = GIB / Float.BYTES;

  private static final Machine LARGE = new Machine(8 * GIB, 64 * GIB);

  private static List<String> facts(MemoryNeed need, Machine machine, String... settings) {
    SparkConf conf = new SparkConf(false);
    for (String setting : settings) {
      String[] parts = setting.split("=", 2);
      conf.set(parts[0], parts[1]);
    }
    return MemoryCheck.facts(conf, need, ClusterShape.of(conf, 2), machine);
  }

  /** With DL4J's own master. */
  private static MemoryNeed onDriver() {
    return new MemoryNeed(
        GIB_OF_PARAMETERS, 8 * GIB_OF_PARAMETERS, 4 * GIB, 2, 3 * GIB, 1, MemoryNeed.DL4J_MASTER);
  }

  private static MemoryNeed need(int replicas, boolean momentum) {
    return need(GIB_OF_PARAMETERS, 8 * GIB_OF_PARAMETERS, replicas, momentum);
  }

  /** With one copy of the state, nothing of it on the driver, without activations. */
  private static MemoryNeed need(long trainable, long frozen, int replicas, boolean momentum) {
    long state = (momentum ? 4 : 3) * Float.BYTES * trainable;
    return new MemoryNeed(trainable, frozen, 16 * trainable, replicas, state, 1, 0);
  }

  @Test
  void countsBytes() {
    MemoryNeed need =
        new MemoryNeed(GIB_OF_PARAMETERS, 8 * GIB_OF_PARAMETERS, 5 * GIB, 4, 4 * GIB, 2, 0);
    assertThat(need.driver()).isEqualTo(GIB);
    assertThat(onDriver().driver()).isEqualTo(4 * GIB);
    // Two replicas of 4 GiB; the frozen weights once.
    assertThat(need.besideHeap(2)).isEqualTo(12 * GIB);
    // Values, two moments and momentum, old and new, twice, over four executors.
    assertThat(need.chunks(4, 4)).isEqualTo(4 * GIB);
    assertThat(need.chunks(1, 1)).isEqualTo(8 * GIB);
    assertThat(need(4, false).chunks(2, 4)).isEqualTo(3 * GIB);
  }

  @Test
  void countsBeyondTheRangeOfAnInt() {
    MemoryNeed need = need(7_000_000_000L, 4_000_000_000L, 2, true);
    assertThat(need.driver()).isEqualTo(GIB);
    assertThat(need.besideHeap(1)).isEqualTo(116_000_000_000L);
  }

  private static final String[] YARN = {
    "spark.master=yarn",
    "spark.executor.instances=2",
    "spark.executor.cores=8",
    "spark.task.cpus=8",
    "spark.executor.memory=16g",
    "spark.executor.memoryOverhead=8g"
  };

  private static String[] yarn(String... more) {
    return java.util.stream.Stream.of(YARN, more)
        .flatMap(java.util.stream.Stream::of)
        .toArray(String[]::new);
  }

  @Test
  void saysWhatDriverAndExecutorsNeedAndHave() {
    assertThat(facts(need(2, false), LARGE, yarn()))
        .containsExactly(
            "driver needs up to 1.0 GiB, its machine has 64.0 GiB",
            "executor needs 6.0 GiB beside its heap for 1 replica at a time,"
                + " spark.executor.memoryOverhead is 8.0 GiB");
  }

  @Test
  void refusesAnOverheadThatIsTooSmall() {
    assertThatThrownBy(() -> facts(need(2, false), LARGE, yarn("spark.executor.memoryOverhead=5g")))
        .isInstanceOf(EnvironmentException.class)
        .hasMessage(
            "Cannot train 268,435,456 parameters: executor needs 6.0 GiB beside its"
                + " heap for 1 replica at a time (see parrot plan) (spark.executor.memoryOverhead is 5.0 GiB); set it to more than"
                + " 6145m");
  }

  @Test
  void countsTheReplicasThatAnExecutorTrainsAtTheSameTime() {
    String[] wide = yarn("spark.task.cpus=4", "spark.executor.memoryOverhead=20g");
    assertThat(facts(need(4, false), LARGE, wide))
        .anyMatch(fact -> fact.startsWith("executor needs 10.0 GiB"))
        .anyMatch(fact -> fact.contains("for 2 replicas at a time"));
  }

  @Test
  void knowsTheOverheadThatSparkTakesByItself() {
    String[] none = {
      "spark.master=k8s://https://h", "spark.executor.instances=1", "spark.executor.memory=4g"
    };
    assertThatThrownBy(() -> facts(need(1, false), LARGE, none))
        .hasMessageContaining("spark.executor.memoryOverhead is 410 MiB");
    MemoryNeed small = need(1_000_000, 0, 1, false);
    assertThat(facts(small, LARGE, "spark.master=yarn", "spark.executor.instances=1"))
        .anyMatch(fact -> fact.endsWith("spark.executor.memoryOverhead is 384 MiB"));
  }

  @Test
  void warnsWhereTheStateGoesToDisk() {
    assertThat(facts(need(2, true), LARGE, yarn("spark.executor.memory=4g")))
        .contains(
            "warning: of the state between rounds, 4.0 GiB lie in a heap of 4.0 GiB, so part of it"
                + " goes to disk; set spark.executor.memory to 7127m");
  }

  @Test
  void holdsADriverOfTheClusterAgainstHeapAndOverhead() {
    String[] cluster = yarn("spark.submit.deployMode=cluster", "spark.driver.memoryOverhead=1g");
    assertThat(facts(onDriver(), new Machine(3 * GIB, 64 * GIB), cluster))
        .contains("driver needs up to 4.0 GiB, its heap and overhead are 4.0 GiB");
    assertThatThrownBy(() -> facts(onDriver(), new Machine(2 * GIB, 64 * GIB), cluster))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageEndingWith(
            "driver needs up to 4.0 GiB (its heap and overhead are 3.0 GiB); set"
                + " spark.driver.memoryOverhead or spark.driver.memory higher");
  }

  @Test
  void holdsADriverOfAShellAgainstItsMachine() {
    assertThatThrownBy(() -> facts(onDriver(), new Machine(GIB, 3 * GIB), yarn()))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageEndingWith(
            "driver needs up to 4.0 GiB (its machine has 3.0 GiB); start it on a larger machine");
  }

  @Test
  void saysWhatAWorkersMachineMustHaveThatNobodyLimits() {
    String[] standalone = {
      "spark.master=spark://h:7077",
      "spark.cores.max=16",
      "spark.executor.cores=8",
      "spark.task.cpus=8",
      "spark.executor.memory=20g"
    };
    assertThat(facts(need(2, false), LARGE, standalone))
        .contains(
            "executor needs 6.0 GiB beside its heap for 1 replica at a time, and its"
                + " worker's machine must have them beside 20.0 GiB of heap");
  }

  @Test
  void oneProcessHoldsEverything() {
    // 1 of the driver, 2 x 4 + 2 of replicas, 6 of the state.
    String[] local = {"spark.master=local[2]"};
    assertThat(facts(need(2, false), new Machine(12 * GIB, 17 * GIB), local))
        .containsExactly(
            "this process needs about 17.0 GiB of this machine's 17.0 GiB; heap" + " 12.0 GiB");
    assertThatThrownBy(() -> facts(need(2, false), new Machine(12 * GIB, 17 * GIB - 1), local))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining("need about 17.0 GiB together (this machine has 17.0 GiB); train");
    assertThat(facts(need(2, false), new Machine(3 * GIB, 20 * GIB), local))
        .anyMatch(fact -> fact.contains("set PARROT_HEAP (or spark.driver.memory) to "));
  }

  @Test
  void countsTheStateOfACheckpointThatIsWrittenBesideRounds() {
    // 1 of the driver, 4 + 2 of a replica, 9 of the state.
    String[] local = {"spark.master=local[2]"};
    assertThat(facts(need(1, false), new Machine(20 * GIB, 64 * GIB), local))
        .anyMatch(fact -> fact.startsWith("this process needs about 16.0 GiB of"));
  }

  @Test
  void countsNoMoreOfTheStateThanTheHeapHolds() {
    // 1 of the driver, 2 x 4 + 2 of replicas, 3 of the state's 6: the rest goes to disk.
    String[] local = {"spark.master=local[2]"};
    assertThat(facts(need(2, false), new Machine(3 * GIB, 14 * GIB), local))
        .anyMatch(fact -> fact.startsWith("this process needs about 14.0 GiB of"))
        .anyMatch(fact -> fact.startsWith("warning: of the state between rounds, 6.0 GiB lie"));
    assertThatThrownBy(() -> facts(need(2, false), new Machine(3 * GIB, 14 * GIB - 1), local))
        .isInstanceOf(EnvironmentException.class);
  }

  @Test
  void refusesANeedThatIsNone() {
    assertThatThrownBy(() -> need(-1, 0, 1, false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("Invalid need: -1 trainable");
  }
}
