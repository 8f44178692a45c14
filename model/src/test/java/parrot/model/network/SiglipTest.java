package parrot.model.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import org.assertj.core.data.Offset;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import parrot.model.config.ParrotConfig;
import parrot.model.config.VisionConfig;
import parrot.model.kernel.Kernels;
import parrot.model.kernel.Precision;
import parrot.model.network.TinyNetworks.Bound;
import parrot.model.weights.Weights;

/** SigLIP's vision transformer, written out from SiglipVisionTransformer for one image. */
class SiglipTest {
  private final ParrotConfig config = TinyNetworks.siglip(Map.of());
  private final VisionConfig vision = config.vision();
  private final Weights weights = TinyNetworks.randomWeights(config);

  @ParameterizedTest
  @ValueSource(strings = {"reference", "onednn"})
  void aTowerComputesWhatIsPublished(String kernels) {
    float[] pixels = TinyNetworks.pixels(1, TinyNetworks.SIGLIP_PICTURE, 3);
    Batch batch =
        new Batch(
            new int[] {Batch.IMAGE, 4, 5},
            new int[] {Batch.IGNORE, Batch.IGNORE, 5},
            new int[] {3},
            pixels,
            new int[] {0});
    Kernels made = Kernels.create(kernels, Precision.F32, 1);
    try (Bound bound = new Bound(config, Set.of(Part.PROJECTOR), weights, made, false)) {
      Trace trace = bound.network.trace(batch);

      assertThat(trace.features()).containsExactly(tower(pixels), Offset.offset(2e-4f));
      assertThat(trace.boundaries()).containsExactly(0, vision.patches() + 2);
    }
  }

  private float[] tower(float[] pixels) {
    double[][] x = plus(patches(pixels), matrix("embeddings.position_embedding.weight"));
    for (int layer = 0; layer < config.visionLayersUsed(); layer++) {
      String name = "encoder.layers." + layer + ".";
      x = plus(x, attention(norm(x, name + "layer_norm1"), name + "self_attn."));
      double[][] hidden = linear(norm(x, name + "layer_norm2"), name + "mlp.fc1");
      for (double[] row : hidden) {
        for (int i = 0; i < row.length; i++) {
          double v = row[i];
          row[i] =
              0.5 * v * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (v + 0.044715 * Math.pow(v, 3))));
        }
      }
      x = plus(x, linear(hidden, name + "mlp.fc2"));
    }
    float[] all = new float[x.length * vision.hiddenSize()];
    for (int i = 0; i < all.length; i++) {
      all[i] = (float) x[i / vision.hiddenSize()][i % vision.hiddenSize()];
    }
    return all;
  }

  /** A convolution as wide as its stride; the image's last row and column fill no patch. */
  private double[][] patches(float[] pixels) {
    int size = vision.imageSize();
    int side = vision.patchSize();
    assertThat(size % side).isNotZero();
    double[][] cut = new double[vision.patches()][3 * side * side];
    for (int i = 0; i < cut.length; i++) {
      int top = i / vision.grid() * side;
      int left = i % vision.grid() * side;
      for (int j = 0; j < cut[i].length; j++) {
        int channel = j / (side * side);
        int row = top + j / side % side;
        cut[i][j] = pixels[(channel * size + row) * size + left + j % side];
      }
    }
    return linear(cut, "embeddings.patch_embedding");
  }

  private double[][] attention(double[][] x, String name) {
    double[][] q = linear(x, name + "q_proj");
    double[][] k = linear(x, name + "k_proj");
    double[][] v = linear(x, name + "v_proj");
    double[][] out = new double[x.length][vision.hiddenSize()];
    int d = vision.headSize();
    for (int from = 0; from < vision.hiddenSize(); from += d) {
      for (int i = 0; i < x.length; i++) {
        double[] share = new double[x.length];
        double sum = 0;
        for (int j = 0; j < x.length; j++) {
          double score = 0;
          for (int c = from; c < from + d; c++) {
            score += q[i][c] * k[j][c];
          }
          share[j] = Math.exp(score / Math.sqrt(d));
          sum += share[j];
        }
        for (int j = 0; j < x.length; j++) {
          for (int c = from; c < from + d; c++) {
            out[i][c] += share[j] / sum * v[j][c];
          }
        }
      }
    }
    return linear(out, name + "out_proj");
  }

  private double[][] norm(double[][] x, String name) {
    float[] weight = values(name + ".weight");
    float[] bias = values(name + ".bias");
    double[][] y = new double[x.length][];
    for (int i = 0; i < x.length; i++) {
      double mean = 0;
      double square = 0;
      for (double value : x[i]) {
        mean += value / x[i].length;
        square += value * value / x[i].length;
      }
      y[i] = new double[x[i].length];
      for (int j = 0; j < y[i].length; j++) {
        double deviation = Math.sqrt(square - mean * mean + vision.layerNormEps());
        y[i][j] = (x[i][j] - mean) / deviation * weight[j] + bias[j];
      }
    }
    return y;
  }

  private double[][] linear(double[][] x, String name) {
    float[] weight = values(name + ".weight");
    float[] bias = values(name + ".bias");
    double[][] y = new double[x.length][bias.length];
    for (int i = 0; i < x.length; i++) {
      for (int out = 0; out < bias.length; out++) {
        y[i][out] = bias[out];
        for (int in = 0; in < x[i].length; in++) {
          y[i][out] += x[i][in] * weight[out * x[i].length + in];
        }
      }
    }
    return y;
  }

  private static double[][] plus(double[][] a, double[][] b) {
    double[][] sum = new double[a.length][a[0].length];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < a[i].length; j++) {
        sum[i][j] = a[i][j] + b[i][j];
      }
    }
    return sum;
  }

  private double[][] matrix(String name) {
    float[] values = values(name);
    double[][] rows = new double[vision.patches()][vision.hiddenSize()];
    for (int i = 0; i < values.length; i++) {
      rows[i / vision.hiddenSize()][i % vision.hiddenSize()] = values[i];
    }
    return rows;
  }

  private float[] values(String name) {
    return weights.read("vision_model." + name);
  }
}
