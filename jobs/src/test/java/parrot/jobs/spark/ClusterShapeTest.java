package parrot.jobs.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.OptionalInt;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;

class ClusterShapeTest {
  private static ClusterShape shape(int parallelism, String... settings) {
    SparkConf conf = new SparkConf(false).setMaster("spark://host:7077");
    for (String setting : settings) {
      String[] parts = setting.split("=", 2);
      conf.set(parts[0], parts[1]);
    }
    return ClusterShape.of(conf, parallelism);
  }

  @Test
  void countsTasksByCores() {
    ClusterShape shape =
        shape(2, "spark.executor.instances=3", "spark.executor.cores=8", "spark.task.cpus=4");
    assertThat(shape.slots()).isEqualTo(6);
    assertThat(shape.perExecutor()).isEqualTo(2);
    assertThat(shape.describe()).isEqualTo("6 slots on 3 executors");
  }

  @Test
  void countsTasksByGpusWhereTheyAreScarcer() {
    ClusterShape shape =
        shape(
            2,
            "spark.executor.instances=2",
            "spark.executor.cores=8",
            "spark.executor.resource.gpu.amount=1",
            "spark.task.resource.gpu.amount=0.5");
    assertThat(shape.perExecutor()).isEqualTo(2);
    assertThat(shape.slots()).isEqualTo(4);
  }

  @Test
  void countsExecutorsByTheMostCoresOfAnApplication() {
    assertThat(shape(2, "spark.cores.max=16", "spark.executor.cores=8").executors())
        .isEqualTo(OptionalInt.of(2));
    assertThat(shape(16, "spark.task.cpus=4").executors()).isEmpty();
    assertThat(shape(16, "spark.task.cpus=4").slots()).isEqualTo(4);
  }

  @Test
  void whatHasComeCountsMoreThanWhatWasAskedFor() {
    ClusterShape shape =
        shape(2, "spark.executor.instances=3", "spark.executor.cores=8")
            .with(new ClusterShape.Registered(2, 8));
    assertThat(shape.describe()).isEqualTo("8 slots on 2 executors");
    assertThat(shape.perExecutor()).isEqualTo(4);
  }

  @Test
  void isAskedOfARunningContext() {
    try (SparkSession session = SparkSessions.create("shape", "local[3]", Map.of())) {
      assertThat(ClusterShape.of(session.sparkContext()).describe())
          .isEqualTo("3 slots on 1 executor");
      assertThat(ClusterShape.now(session.sparkContext()))
          .isEqualTo(ClusterShape.of(session.sparkContext()));
      assertThat(ClusterShape.Registered.of(session.sparkContext()))
          .isEqualTo(new ClusterShape.Registered(0, 3));
    }
  }
}
