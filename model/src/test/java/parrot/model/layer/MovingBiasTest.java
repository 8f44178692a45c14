package parrot.model.layer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import parrot.model.kernel.Kernels;
import parrot.model.kernel.Precision;
import parrot.model.tensor.Tensor;

class MovingBiasTest {
  private static final int EXPERTS = 6;
  private static final int IMAGES = 512; // of a replica's round
  private static final double PACE = 0.1;

  private final Kernels kernels = Kernels.create("reference", Precision.F32, 1);
  private final Random random = new Random(3);

  @AfterEach
  void close() {
    kernels.close();
  }

  /**
   * A router that changes its mind.
   *
   * @param spread of the scores; 30 makes one probability 1
   * @param noise of each image, beside the favourites that all images share
   */
  private Tensor probabilities(double[] favourites, int images, double spread, double noise) {
    Tensor scores = Tensor.allocate(images, EXPERTS);
    for (int image = 0; image < images; image++) {
      for (int i = 0; i < EXPERTS; i++) {
        scores.set(image, i, (float) (spread * (favourites[i] + noise * random.nextGaussian())));
      }
    }
    kernels.softmax(scores);
    return scores;
  }

  private double[] favourites() {
    return random.doubles(EXPERTS).toArray();
  }

  private static double violation(long[] loads) {
    return EXPERTS * (double) Arrays.stream(loads).max().orElseThrow() / Arrays.stream(loads).sum()
        - 1;
  }

  @ParameterizedTest
  @CsvSource({
    "0.01, 0, 1", "0.01, 0.3, 1", "1, 0.1, 1", "30, 0, 1", "30, 0.1, 1", // a choice of 1
    "0.01, 0, 2", "0.01, 0.3, 2", "1, 0.1, 2", "30, 0, 2", "30, 0.1, 2",
    "0.01, 0, 3", "0.01, 0.3, 3", "1, 0.1, 3", "30, 0, 3", "30, 0.1, 3"
  })
  void theLoadOfARoundIsEvenHoweverOftenTheRouterChangesItsMind(
      double spread, double noise, int choices) {
    for (int batch : new int[] {1, 16, 64}) {
      for (int stays : new int[] {64, 256, IMAGES}) {
        double[] bias = new double[EXPERTS];
        for (int round = 0; round < 5; round++) {
          long[] loads = new long[EXPERTS];
          double[] favourites = favourites();
          for (int seen = 0; seen < IMAGES; seen += batch) {
            favourites = seen % stays == 0 ? favourites() : favourites;
            MovingBias moving = new MovingBias(bias, PACE);
            Tensor batchProbabilities = probabilities(favourites, batch, spread, noise);
            for (int[] selected : moving.select(kernels, batchProbabilities, choices)) {
              assertThat(selected).hasSize(choices).isSorted();
              Arrays.stream(selected).forEach(expert -> loads[expert]++);
            }
            bias = values(moving);
          }
          assertThat(violation(loads))
              .as("batches of %d, %d images alike, round %d", batch, stays, round)
              .isLessThan(choices == 1 ? 0.35 : 0.3);
        }
      }
    }
  }

  private static double[] values(MovingBias bias) {
    return bias.values().stream().mapToDouble(value -> value).toArray();
  }

  @Test
  void whatImagesPreferShowsThrough() {
    double[] bias = new double[EXPERTS];
    int agreed = 0;
    for (int image = 0; image < 600; image++) {
      double[] favourites = new double[EXPERTS];
      favourites[image % EXPERTS] = 1;
      MovingBias moving = new MovingBias(bias, PACE);
      int[] selected = moving.select(kernels, probabilities(favourites, 1, 2, 0.1), 1)[0];
      agreed += selected[0] == image % EXPERTS ? 1 : 0;
      bias = values(moving);
    }
    assertThat(agreed).isGreaterThan(570);
  }

  @Test
  void aBiasIsCentredAndNoLargerThanProbabilitiesAreApart() {
    Tensor apart = probabilities(new double[] {1, 0, 0, 0, 0, 0}, 400, 1, 0);
    double spread = apart.get(0, 0) - apart.get(0, 1);
    MovingBias moving = new MovingBias(new double[EXPERTS], PACE);
    moving.select(kernels, apart, 2);
    assertThat(moving.values())
        .allSatisfy(value -> assertThat(Math.abs(value)).isLessThanOrEqualTo(spread));
    assertThat(Math.abs(moving.values().stream().mapToDouble(value -> value).sum()))
        .isLessThan(1e-9);
    assertThat(moving.values().get(0))
        .isEqualTo(moving.values().stream().min(Double::compare).get());
  }

  @Test
  void aBiasThatHasBecomeTooLargeShrinks() {
    Tensor together = probabilities(favourites(), 600, 1e-3, 0);
    MovingBias moving = new MovingBias(new double[] {0.8, -0.8, 0, 0, 0, 0}, PACE);
    moving.select(kernels, together, 1);
    assertThat(moving.values()).allSatisfy(value -> assertThat(value).isBetween(-1e-3, 1e-3));
  }

  @Test
  void theSameImagesGiveTheSameBiasInOneBatchOrTwo() {
    Tensor alike = probabilities(favourites(), 32, 1, 0);
    MovingBias once = new MovingBias(new double[EXPERTS], PACE);
    once.select(kernels, alike, 2);
    MovingBias first = new MovingBias(new double[EXPERTS], PACE);
    first.select(kernels, alike.rows(0, 16), 2);
    MovingBias second = new MovingBias(values(first), PACE);
    second.select(kernels, alike.rows(16, 32), 2);
    assertThat(second.values()).isEqualTo(once.values());
    assertThat(List.of(once.values())).doesNotContain(first.values());
  }
}
