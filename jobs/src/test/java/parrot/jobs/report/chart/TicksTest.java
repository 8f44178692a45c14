package parrot.jobs.report.chart;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class TicksTest {
  @Test
  void axesEndAtRoundNumbersThatCoverTheData() {
    Ticks ticks = Ticks.covering(0, 2.37, 5);

    assertThat(ticks.values()).containsExactly(0.0, 0.5, 1.0, 1.5, 2.0, 2.5);
    assertThat(ticks.label(1.5)).isEqualTo("1.5");
    assertThat(Ticks.covering(0, 12_000, 5).label(10_000)).isEqualTo("10\u202F000");
    assertThat(Ticks.covering(0, 0, 5).high()).isPositive();
  }

  @Test
  void axesMayBeginAboveZero() {
    assertThat(Ticks.covering(2.95, 3.02, 5).values())
        .usingElementComparator((a, b) -> Math.abs(a - b) < 1e-9 ? 0 : Double.compare(a, b))
        .containsExactly(2.94, 2.96, 2.98, 3.0, 3.02);
  }
}
