package parrot.model.layer;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import parrot.model.kernel.Kernels;
import parrot.model.tensor.Arena;
import parrot.model.tensor.Tensor;

/**
 * How alike experts are: the squared cosine of what two of them make of the same visual token, mean
 * over tokens and pairs of experts that computed for them. 1 if all outputs have one direction, 0
 * if they are orthogonal.
 *
 * <p>Source: arXiv 2505.22323, the orthogonality loss. Cosines take the place of its projections,
 * so that large outputs do not weigh more than small ones.
 */
final class Overlap {
  private final List<Tensor> outputs; // E of (T, D)
  private final float[][][] products; // [E][E][T], the first expert not after the second
  private final int images;
  private final int tokens;

  private Overlap(List<Tensor> outputs, float[][][] products, int images) {
    this.outputs = outputs;
    this.products = products;
    this.images = images;
    this.tokens = outputs.get(0).rows();
  }

  /**
   * @param outputs of each expert, (T, D) float32; zero for tokens that it did not compute for
   * @param images that the tokens belong to, as many to each
   */
  static Overlap of(Kernels kernels, Arena arena, List<Tensor> outputs, int images) {
    int experts = outputs.size();
    float[][][] products = new float[experts][experts][];
    Tensor column = arena.take(outputs.get(0).rows(), 1);
    for (int j = 0; j < experts; j++) {
      for (int k = j; k < experts; k++) {
        kernels.dotBlocks(column, outputs.get(j), outputs.get(k));
        products[j][k] = column.toArray();
      }
    }
    return new Overlap(outputs, products, images);
  }

  /** By image; NaN for an image that no two experts computed for. */
  float[] byImage() {
    double[] sums = new double[images];
    int[] pairs = new int[images];
    for (int token = 0; token < tokens; token++) {
      int image = token / (tokens / images);
      for (int j = 0; j < outputs.size(); j++) {
        for (int k = j + 1; k < outputs.size(); k++) {
          if (isPair(j, k, token)) {
            double cosine = cosine(j, k, token);
            sums[image] += cosine * cosine;
            pairs[image]++;
          }
        }
      }
    }
    float[] means = new float[images];
    for (int image = 0; image < images; image++) {
      means[image] = (float) (sums[image] / pairs[image]);
    }
    return means;
  }

  /**
   * The slope of the overlap, mean over all pairs of the batch, by each output.
   *
   * @param weight of the loss
   * @return E of (T, D)
   */
  List<Tensor> gradients(Kernels kernels, Arena arena, double weight) {
    int experts = outputs.size();
    double each = 2 * weight / pairs();
    List<Tensor> gradients = new ArrayList<>();
    Tensor factors = arena.take(tokens, 1);
    Tensor part = arena.take(tokens, outputs.get(0).columns());
    for (int j = 0; j < experts; j++) {
      Tensor gradient = arena.take(tokens, part.columns());
      kernels.fill(gradient, 0);
      float[] own = new float[tokens];
      for (int k = 0; k < experts; k++) {
        if (k != j) {
          float[] towards = new float[tokens];
          for (int token = 0; token < tokens; token++) {
            if (isPair(j, k, token)) {
              double pull = each * cosine(j, k, token);
              towards[token] = (float) (pull / (norm(j, token) * norm(k, token)));
              own[token] -= (float) (pull * cosine(j, k, token) / products[j][j][token]);
            }
          }
          add(kernels, gradient, part, factors, outputs.get(k), towards);
        }
      }
      add(kernels, gradient, part, factors, outputs.get(j), own);
      gradients.add(gradient);
    }
    return gradients;
  }

  private static void add(
      Kernels kernels, Tensor sum, Tensor part, Tensor factors, Tensor output, float[] values) {
    factors.set(values);
    kernels.scaleBlocks(part, output, factors);
    kernels.add(sum, part, 1);
  }

  private long pairs() {
    long pairs = 0;
    for (int token = 0; token < tokens; token++) {
      int at = token;
      long computed = IntStream.range(0, outputs.size()).filter(j -> norm(j, at) > 0).count();
      pairs += computed * (computed - 1) / 2;
    }
    return Math.max(pairs, 1);
  }

  private boolean isPair(int j, int k, int token) {
    return norm(j, token) > 0 && norm(k, token) > 0;
  }

  private double cosine(int j, int k, int token) {
    return products[Math.min(j, k)][Math.max(j, k)][token] / (norm(j, token) * norm(k, token));
  }

  private double norm(int j, int token) {
    return Math.sqrt(products[j][j][token]);
  }
}
