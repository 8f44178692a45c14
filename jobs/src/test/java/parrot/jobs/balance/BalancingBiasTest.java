package parrot.jobs.balance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** By duality, the bias that balances is the price of the experts in the best even assignment. */
class BalancingBiasTest {
  private static final int IMAGES = 6;
  private static final int EXPERTS = 3;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void choosesWhatTheLinearProgrammeOfEvenLoadsChooses(long seed) {
    List<RoutedImage> images = images(seed);
    double[] bias = BalancingBias.solve(new double[EXPERTS], images, 1);
    int[] loads = new int[EXPERTS];
    double chosen = 0;
    for (RoutedImage image : images) {
      int expert =
          IntStream.range(0, EXPERTS)
              .reduce(
                  (a, b) ->
                      image.probabilities()[b] + bias[b] > image.probabilities()[a] + bias[a]
                          ? b
                          : a)
              .orElseThrow();
      loads[expert]++;
      chosen += image.probabilities()[expert];
    }
    assertThat(loads).containsOnly(IMAGES / EXPERTS);
    assertThat(chosen).isCloseTo(best(images, 0, new int[EXPERTS]), Offset.offset(1e-6));
  }

  /** One expert is preferred by most, as by a router that is about to collapse. */
  private static List<RoutedImage> images(long seed) {
    Random random = new Random(seed);
    List<RoutedImage> images = new ArrayList<>();
    for (int i = 0; i < IMAGES; i++) {
      double[] weights = {1 + random.nextDouble(), random.nextDouble(), random.nextDouble()};
      double sum = weights[0] + weights[1] + weights[2];
      images.add(
          new RoutedImage(
              new float[] {
                (float) (weights[0] / sum), (float) (weights[1] / sum), (float) (weights[2] / sum)
              },
              1));
    }
    return images;
  }

  /** The most probability that an assignment with equal loads gathers, by trying all. */
  private static double best(List<RoutedImage> images, int from, int[] loads) {
    if (from == IMAGES) {
      return 0;
    }
    double best = Double.NEGATIVE_INFINITY;
    for (int expert = 0; expert < EXPERTS; expert++) {
      if (loads[expert] < IMAGES / EXPERTS) {
        loads[expert]++;
        best =
            Math.max(
                best, images.get(from).probabilities()[expert] + best(images, from + 1, loads));
        loads[expert]--;
      }
    }
    return best;
  }
}
