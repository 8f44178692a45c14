package parrot.jobs.round;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import org.deeplearning4j.spark.impl.graph.SparkComputationGraph;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import parrot.jobs.spark.SparkSessions;
import parrot.model.exchange.OuterStep;

class RoundMasterTest {
  private static SparkSession session;

  @BeforeAll
  static void start() {
    session = SparkSessions.create("master", "local[1]", Map.of());
  }

  @AfterAll
  static void stop() {
    session.stop();
  }

  private static RoundMaster master() {
    return new RoundMaster(
        SparkSessions.context(session), plan -> RoundOutcome.unknown(plan, plan.iteration()));
  }

  @Test
  void runsTheRoundThatItIsGiven() {
    RoundMaster master = master();
    for (int iteration : List.of(3, 4)) {
      RoundPlan plan =
          new RoundPlan(
              1, List.of(new ReplicaPlan(0, List.of())), iteration, null, OuterStep.AVERAGE);
      assertThat(master.run(plan).loss()).isEqualTo(iteration);
    }
  }

  @Test
  void theDriversGraphHasOneParameter() {
    assertThat(master().graph().numParams()).isEqualTo(1);
  }

  @Test
  void takesNothingButItsOwnRounds() {
    assertThatThrownBy(() -> master().executeTraining((SparkComputationGraph) null, null))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("the rounds of ExecutorRounds alone");
  }
}
