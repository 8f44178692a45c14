package parrot.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

class HeldOutLossesTest {
  private static HeldOutLosses losses(double... byRound) {
    HeldOutLosses losses = new HeldOutLosses();
    for (int round = 0; round < byRound.length; round++) {
      losses.add(round, byRound[round]);
    }
    return losses;
  }

  @Test
  void endTheRunAfterAsManyMeasurementsWithoutALowerLoss() {
    assertThat(losses(3, 2, 2.5).exhausted(2)).isEmpty();
    assertThat(losses(3, 2, 2.5, 2).exhausted(2))
        .contains(
            "Stopped early: 2 measurements without a lower held-out loss than 2.0000 after round 1"
                + " (stop.patience)");
    assertThat(losses(3, 2, 2.5, 2, 1.9).exhausted(2)).isEmpty();
    assertThat(losses().exhausted(1)).isEmpty();
  }

  @Test
  void ofEqualOnesTheEarlierIsBetter() {
    assertThat(losses(3, 2, 4, 2).best(3, Set.of(1, 2, 3))).containsExactly(1, 3, 2);
    assertThat(losses(3, 2, 4, 2).best(1, Set.of(2, 3))).containsExactly(3);
  }

  @Test
  void thatAreNotFiniteSayNothing() {
    assertThat(losses(Double.NaN, 2, Double.NEGATIVE_INFINITY).best(3, Set.of(0, 1, 2)))
        .containsExactly(1);
  }
}
