package parrot.jobs.balance;

import static org.assertj.core.api.Assertions.assertThat;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import parrot.model.network.Batch;
import parrot.model.network.ExpertLoad;
import parrot.model.network.StepResult;
import parrot.model.network.Tally;

class LoadStretchesTest {
  private final Tally tally = new Tally();
  private final LoadStretches stretches = new LoadStretches();

  /** Images that all choose the same experts. */
  private ExpertLoad route(int images, float[] probabilities, int... selected) {
    for (int i = 0; i < images; i++) {
      int[] tokens = {Batch.IMAGE, 1};
      Batch batch = new Batch(tokens, new int[] {1, 1}, new int[] {2}, new float[3], new int[1]);
      StepResult result =
          new StepResult(
              new double[1],
              new int[1],
              new float[][] {probabilities},
              new float[][] {probabilities},
              new float[0],
              new float[0],
              new int[][] {selected});
      tally.addLoad(batch, new int[1], result);
    }
    return tally.load();
  }

  @Test
  void expertsThatTakeTurnsAreEvenInTheRoundAndNotWithin() {
    float[] some = {0.4f, 0.3f, 0.3f};
    for (int expert = 0; expert < 3; expert++) {
      stretches.end(route(10, some, expert));
    }
    assertThat(ExpertLoads.maxViolation(ExpertLoads.loads(tally.load()))).isZero();
    assertThat(stretches.maxViolation()).isEqualTo(2);
  }

  @Test
  void ofExpertsThatAllComputeProbabilitiesCount() {
    stretches.end(route(4, new float[] {0.5f, 0.25f, 0.25f}, 0, 1, 2));
    assertThat(stretches.maxViolation()).isCloseTo(0.5, Offset.offset(1e-9));
    stretches.end(route(4, new float[] {0.75f, 0.25f, 0}, 0, 1, 2));
    assertThat(stretches.maxViolation()).isCloseTo(1.25, Offset.offset(1e-9));
  }

  @Test
  void aStretchWithoutImagesSaysNothing() {
    stretches.end(new Tally().load());
    assertThat(stretches.maxViolation()).isZero();
    stretches.end(route(2, new float[] {0.5f, 0.5f}, 1));
    stretches.end(tally.load());
    assertThat(stretches.maxViolation()).isEqualTo(1);
  }
}
