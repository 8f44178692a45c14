package parrot.jobs.report.chart;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import parrot.jobs.metrics.RoundTimes;
import parrot.jobs.metrics.RoundTimes.Phase;
import parrot.jobs.metrics.RoundTimes.Replica;
import parrot.jobs.metrics.RoundTimes.Span;

final class RoundChartsTest {
  @Test
  void gathersRoundsOfLongRunsInOneBar() {
    RoundTimes times = new RoundTimes(0, List.of(new Span(Phase.PLAN, 0, 0.05)), List.of(), 0, 0);
    List<TimedRound> rounds = new ArrayList<>();
    for (int i = 1; i <= 1001; i++) {
      rounds.add(new TimedRound(i, times));
    }
    String svg = RoundBars.svg("d", rounds);

    assertThat(svg).contains("rounds 1 to 5: plan 0.050 s", "round 1001: plan 0.050 s");
    assertThat(svg.split("<g>")).hasSizeLessThanOrEqualTo(251);
  }

  @Test
  void showsTheFirstOfVeryManyReplicas() {
    List<Replica> replicas = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      replicas.add(new Replica(i, "e" + i, "<host>", 0, 1));
    }
    RoundTimes times = new RoundTimes(0, List.of(), replicas, 0, 0);
    String svg = ReplicaLanes.svg("d", List.of(new TimedRound(1, times)));

    assertThat(svg)
        .contains(">replica 31</text>", "on executor e31 of &lt;host&gt; 1.00 s")
        .doesNotContain("replica 32", "NaN");
  }
}
