package parrot.jobs.balance;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import parrot.model.kernel.Kernels;
import parrot.model.kernel.Precision;
import parrot.model.layer.Routing;
import parrot.model.tensor.Tensor;

/** A router that never learns: skewed scores, which differ by language and by image. */
final class ToyRouter implements AutoCloseable {
  private static final List<String> LANGUAGES = List.of("ar", "en", "pt", "ru", "tr", "zh");

  private final Kernels kernels = Kernels.create("reference", Precision.F32, 1);
  private final Random random;
  private final double[][] scores; // language, expert
  private final double noise;
  private final int choices;

  /**
   * @param skew by which the first expert's score is above the others'
   * @param preference deviation of scores by language
   * @param noise deviation of scores by image
   */
  ToyRouter(long seed, int experts, int choices, double skew, double preference, double noise) {
    this.random = new Random(seed);
    this.choices = choices;
    this.noise = noise;
    scores = new double[LANGUAGES.size()][experts];
    for (double[] row : scores) {
      for (int i = 0; i < experts; i++) {
        row[i] = preference * random.nextGaussian() + (i == 0 ? skew : 0);
      }
    }
  }

  /** Loads of a round in which every language has as many images. */
  ExpertLoads round(Routing routing, int images) {
    int experts = scores[0].length;
    double[] bias = routing.selectionBias().stream().mapToDouble(value -> value).toArray();
    Map<String, List<Double>> languages = new TreeMap<>();
    List<RoutedImage> recent = new ArrayList<>();
    for (int language = 0; language < LANGUAGES.size(); language++) {
      Tensor probabilities = Tensor.allocate(images / LANGUAGES.size(), experts);
      for (int row = 0; row < probabilities.rows(); row++) {
        for (int i = 0; i < experts; i++) {
          double score = scores[language][i] + noise * random.nextGaussian();
          probabilities.set(row, i, (float) score);
        }
      }
      kernels.softmax(probabilities);
      for (int row = 0; row < probabilities.rows(); row++) {
        float[] values = new float[experts];
        for (int i = 0; i < experts; i++) {
          values[i] = probabilities.get(row, i);
        }
        recent.add(new RoutedImage(values, 1));
      }
      double[] loads = new double[experts];
      for (int[] selected : kernels.largest(probabilities, bias, choices)) {
        for (int expert : selected) {
          loads[expert]++;
        }
      }
      List<Double> row = new ArrayList<>();
      for (double load : loads) {
        row.add(load);
      }
      languages.put(LANGUAGES.get(language), row);
    }
    return new ExpertLoads(choices, 1, languages, recent);
  }

  @Override
  public void close() {
    kernels.close();
  }
}
