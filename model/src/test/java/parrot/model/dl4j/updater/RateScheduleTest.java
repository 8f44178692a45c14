package parrot.model.dl4j.updater;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class RateScheduleTest {
  private static final Offset<Double> EXACT = Offset.offset(1e-15);

  @Test
  void risesLinearlyAndFallsAlongHalfACosine() {
    RateSchedule schedule = new RateSchedule(RateSchedule.Shape.COSINE, 1.0, 0.2, 4, 14);
    assertThat(schedule.valueAt(0, 0)).isCloseTo(0.25, EXACT);
    assertThat(schedule.valueAt(3, 0)).isCloseTo(1.0, EXACT);
    assertThat(schedule.valueAt(4, 0)).isCloseTo(1.0, EXACT);
    assertThat(schedule.valueAt(9, 0)).isCloseTo(0.6, EXACT);
    assertThat(schedule.valueAt(14, 0)).isCloseTo(0.2, EXACT);
    assertThat(schedule.valueAt(1000, 0)).isCloseTo(0.2, EXACT);
  }

  @Test
  void staysConstantWhereAskedTo() {
    RateSchedule schedule = new RateSchedule(RateSchedule.Shape.CONSTANT, 0.5, 0, 2, 10);
    assertThat(schedule.valueAt(0, 0)).isCloseTo(0.25, EXACT);
    assertThat(schedule.valueAt(2, 0)).isCloseTo(0.5, EXACT);
    assertThat(schedule.valueAt(99, 3)).isCloseTo(0.5, EXACT);
  }

  @Test
  void keepsItsShapeUnderAnotherPeak() {
    RateSchedule schedule = new RateSchedule(RateSchedule.Shape.COSINE, 1.0, 0.2, 4, 14);
    RateSchedule tenth = schedule.withPeak(0.1);
    for (int step = 0; step < 20; step++) {
      assertThat(tenth.valueAt(step, 0)).isCloseTo(schedule.valueAt(step, 0) / 10, EXACT);
    }
  }

  @Test
  void refusesRatesThatAreNone() {
    assertThatThrownBy(() -> RateSchedule.constant(Double.NaN))
        .hasMessage("Invalid learning rate: NaN (must be 0 or a positive number)");
    assertThatThrownBy(() -> new RateSchedule(RateSchedule.Shape.COSINE, 0.1, 0.2, 0, 1))
        .hasMessage("Invalid minimum learning rate: 0.2 (must be between 0 and 0.1)");
  }
}
