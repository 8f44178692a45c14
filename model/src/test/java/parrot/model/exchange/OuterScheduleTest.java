package parrot.model.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class OuterScheduleTest {
  private static final OuterStep STEP = new OuterStep(0.5, 0.5);
  private static final int ROUNDS = 12;

  /** How far parameters go if replicas find the same difference of 1 in every round. */
  private static double[] steps(OuterSchedule schedule) {
    float[] momentum = {0};
    double[] steps = new double[ROUNDS];
    for (int round = 1; round <= ROUNDS; round++) {
      float[] mean = {-1};
      schedule.at(round, (double) round / ROUNDS).apply(mean, new float[] {0}, momentum);
      steps[round - 1] = -mean[0];
    }
    return steps;
  }

  @Test
  void stepsGrowUntilMomentumIsThere() {
    double[] steps = steps(OuterSchedule.constant(STEP));
    assertThat(steps[0]).isCloseTo(0.75, Offset.offset(1e-6));
    assertThat(steps[1]).isCloseTo(0.875, Offset.offset(1e-6));
    assertThat(steps[ROUNDS - 1]).isCloseTo(1, Offset.offset(1e-3));
  }

  @Test
  void correctedTheyAreAsLongFromTheFirstRoundOn() {
    assertThat(steps(new OuterSchedule(STEP, true, 1)))
        .containsOnly(new double[] {1}, Offset.offset(1e-6));
    assertThat(steps(new OuterSchedule(new OuterStep(0.7, 0.9), true, 1)))
        .containsOnly(new double[] {7}, Offset.offset(1e-5));
  }

  @Test
  void afterItsShareOfTheRunTheStateIsTheMean() {
    OuterSchedule schedule = new OuterSchedule(STEP, false, 2.0 / 3);
    assertThat(schedule.at(8, 8.0 / ROUNDS)).isEqualTo(STEP);
    assertThat(schedule.at(9, 9.0 / ROUNDS)).isEqualTo(OuterStep.AVERAGE);
    assertThat(schedule.hasMomentum()).as("what the state has does not change").isTrue();
  }

  @Test
  void withoutMomentumThereIsNothingToCorrect() {
    assertThat(OuterSchedule.AVERAGE.at(1, 0.1)).isEqualTo(OuterStep.AVERAGE);
    assertThat(OuterSchedule.constant(new OuterStep(1.2, 0)).at(1, 1))
        .isEqualTo(new OuterStep(1.2, 0));
  }
}
