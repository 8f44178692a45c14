package parrot.jobs.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import parrot.datasets.DataException;
import parrot.jobs.metrics.RoundTimes.Phase;
import parrot.jobs.metrics.RoundTimes.Replica;
import parrot.jobs.metrics.RoundTimes.Span;

class RoundTimesTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final RoundTimes PHASES =
      new RoundTimes(
          1_700_000_000_123L,
          List.of(
              new Span(Phase.EXCHANGE, 2.5, 0.5),
              new Span(Phase.PLAN, 0, 0.25),
              new Span(Phase.COMPUTE, 0.25, 2.25),
              new Span(Phase.EXCHANGE, 3.25, 0.25)),
          List.of(
              new Replica(1, "7", "host-b", 0.25, 2.25), new Replica(0, "3", "host-a", 0.25, 1.5)),
          5_000_000_000L,
          1L << 33);

  private static JsonNode written(ObjectNode phases) throws IOException {
    return JSON.readTree(JSON.writeValueAsString(phases));
  }

  @Test
  void comeBackFromTheMetricsFileAsTheyWere() throws IOException {
    assertThat(RoundTimes.fromJson(written(PHASES.toJson()))).isEqualTo(PHASES);
  }

  @Test
  void addUpByPhase() {
    assertThat(PHASES.seconds())
        .isEqualTo(Map.of(Phase.PLAN, 0.25, Phase.COMPUTE, 2.25, Phase.EXCHANGE, 0.75));
    assertThat(PHASES.end()).isEqualTo(3.5);
  }

  @Test
  void sayHowLongReplicasWaitForTheSlowest() {
    assertThat(PHASES.replicas().stream().map(PHASES::waiting)).containsExactly(0.75, 0.0);
    assertThat(PHASES.waiting()).isEqualTo(0.75);
    assertThat(PHASES.toJson().path("waiting_seconds").asDouble()).isEqualTo(0.75);
    assertThat(new RoundTimes(0, List.of(), List.of(), 0, 0).waiting()).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"begin":1,"bytes_out":0}                                             | bytes_in is missing
          {"begin":1,"bytes_out":0,"bytes_in":-1}                               | bytes_in is -1 (must be >= 0)
          {"begin":1,"bytes_out":0,"bytes_in":0,"spans":[{"start":0}]}          | phase is missing
          {"begin":1,"bytes_out":0,"bytes_in":0,"spans":[{"phase":"nap"}]}      | Invalid phase: nap (must be one of [plan,
          {"begin":1,"bytes_out":0,"bytes_in":0,"spans":[{"phase":"plan","start":"x","seconds":1}]} | start is "x"
          """)
  void nameWhatIsDamaged(String json, String message) throws IOException {
    JsonNode damaged = JSON.readTree(json);
    assertThatThrownBy(() -> RoundTimes.fromJson(damaged))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(message);
  }

  @Test
  void refuseTimesThatAreNone() {
    assertThatThrownBy(() -> new Span(Phase.PLAN, 0, Double.NaN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid seconds: NaN (must be >= 0)");
    assertThatThrownBy(() -> new Replica(0, "1", "h", -1, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid start: -1.0 (must be >= 0)");
  }

  @Test
  void areTakenByAClock() throws InterruptedException {
    long before = System.currentTimeMillis();
    RoundClock clock = new RoundClock().enter(Phase.PLAN);
    Thread.sleep(20);
    clock.enter(Phase.COMPUTE).replica(0, "driver", "here", before + 1000, 0.5).bytes(10, 0);
    clock.leave();
    clock.replica(1, "driver", "here", before - 60_000, 0.25).bytes(10, 7);
    clock.add(Phase.EXCHANGE, before + 2000, before + 2500).enter(Phase.OUTER_STEP);
    RoundTimes phases = clock.times();

    assertThat(phases.begin()).isBetween(before, before + 5000);
    assertThat(phases.seconds().keySet())
        .containsExactly(Phase.PLAN, Phase.COMPUTE, Phase.EXCHANGE, Phase.OUTER_STEP);
    assertThat(phases.seconds().get(Phase.PLAN)).isGreaterThanOrEqualTo(0.02);
    assertThat(phases.seconds().get(Phase.EXCHANGE)).isEqualTo(0.5);
    assertThat(phases.spans().get(0).start()).isCloseTo(0, within(0.1));
    // A clock that is behind begins no replica before its round.
    assertThat(phases.replicas().get(1).start()).isZero();
    assertThat(phases.replicas().get(0).start()).isBetween(0.5, 1.0);
    assertThat(phases.bytesOut()).isEqualTo(20);
    assertThat(phases.bytesIn()).isEqualTo(7);
  }
}
