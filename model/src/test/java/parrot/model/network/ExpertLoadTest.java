package parrot.model.network;

import static org.assertj.core.api.Assertions.assertThat;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** Loads by language and expert, as a tally counts them. */
class ExpertLoadTest {
  private static final int ENGLISH = 0;
  private static final int ARABIC = 3;

  /** Three samples: an image, text, and an image that no token stands for. */
  private final Batch batch =
      new Batch(
          new int[] {Batch.IMAGE, 5, 6, 7, 8, 9},
          new int[] {-100, 5, -100, 7, -100, 9},
          new int[] {2, 2, 2},
          new float[2],
          new int[] {0, 2});

  private final StepResult result =
      new StepResult(
          new double[3],
          new int[3],
          new float[][] {{0.75f, 0.25f, 0}, {0, 1, 0}},
          new float[][] {{0.6f, 0.2f, 0.2f}, {0, 1, 0}},
          new float[] {2, 3},
          new float[0],
          new int[][] {{0, 1}, {0, 1}});

  @Test
  void countsImagesThatASampleShows() {
    Tally tally = tally(ENGLISH, ARABIC, ARABIC);
    assertThat(tally.languages()).containsOnlyKeys(ENGLISH);
    ExpertLoad load = tally.languages().get(ENGLISH).load();
    assertThat(load.images()).isEqualTo(1);
    assertThat(load.probabilities()).containsExactly(new double[] {0.6, 0.2, 0.2}, within(1e-7));
    assertThat(load.weights()).containsExactly(0.75, 0.25, 0);
    assertThat(load.selections()).containsExactly(1, 1, 0);
    assertThat(load.zLoss()).isEqualTo(2 * 2);
    double entropy = -0.6 * Math.log(0.6) - 0.4 * Math.log(0.2);
    assertThat(load.entropy()).isCloseTo(entropy, Offset.offset(1e-6));
  }

  @Test
  void addsUpOverReplicasAndLanguages() {
    Tally sum = new Tally();
    sum.add(tally(ENGLISH, ENGLISH, ENGLISH));
    sum.add(tally(ARABIC, ENGLISH, ENGLISH));
    sum.add(tally(ARABIC, ENGLISH, ENGLISH));
    assertThat(sum.languages().get(ENGLISH).load().selections()).containsExactly(1, 1, 0);
    assertThat(sum.languages().get(ARABIC).load().selections()).containsExactly(2, 2, 0);
    assertThat(sum.load().images()).isEqualTo(3);
    assertThat(sum.load().probabilities())
        .containsExactly(new double[] {1.8, 0.6, 0.6}, within(1e-6));
    assertThat(new Tally().load().probabilities()).isEmpty();
  }

  private Tally tally(int... languages) {
    Tally tally = new Tally();
    tally.addLoad(batch, languages, result);
    return tally;
  }

  private static Offset<Double> within(double tolerance) {
    return Offset.offset(tolerance);
  }
}
