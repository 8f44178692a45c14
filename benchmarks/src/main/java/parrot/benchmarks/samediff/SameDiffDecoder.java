package parrot.benchmarks.samediff;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.blas.params.MMulTranspose;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import parrot.model.config.ParrotConfig;
import parrot.model.weights.TensorNames;
import parrot.model.weights.TensorSpec;
import parrot.model.weights.Weights;

/** The graph of a Qwen2-like decoder over one sample of T tokens. */
final class SameDiffDecoder {
  static final String TOKENS = "tokens"; // int32 (T)
  static final String TARGETS = "targets"; // int32 (T - 1)
  static final String LOSS = "loss";

  private static final float HIDDEN = -1e9f;

  private final SameDiff graph = SameDiff.create();
  private final ParrotConfig config;
  private final int tokens;
  private final SDVariable cosine; // (T, h)
  private final SDVariable sine; // (T, h)
  private final SDVariable mask; // (1, T, T)

  SameDiffDecoder(ParrotConfig config, Weights weights, int tokens) {
    this.config = config;
    this.tokens = tokens;
    for (TensorSpec spec : TensorNames.decoder(config)) {
      INDArray value = Nd4j.createUninitialized(DataType.FLOAT, shape(spec), 'c');
      value.assign(Nd4j.createFromArray(weights.read(spec.name())).reshape('c', shape(spec)));
      graph.var(spec.name(), value);
    }
    float[][] angles = angles(config, tokens);
    cosine = graph.constant("cosine", Nd4j.createFromArray(apply(angles, Math::cos)));
    sine = graph.constant("sine", Nd4j.createFromArray(apply(angles, Math::sin)));
    mask = graph.constant("mask", mask(tokens));
    build();
  }

  SameDiff graph() {
    return graph;
  }

  private static long[] shape(TensorSpec spec) {
    long[] shape = new long[spec.shape().length];
    for (int i = 0; i < shape.length; i++) {
      shape[i] = spec.shape()[i];
    }
    return shape;
  }

  private void build() {
    SDVariable ids = graph.placeHolder(TOKENS, DataType.INT32, tokens);
    SDVariable targets = graph.placeHolder(TARGETS, DataType.INT32, tokens - 1);
    SDVariable x = new RowsOf(graph, weight(TensorNames.EMBEDDING), ids).outputVariable(); // (T, D)
    for (int layer = 0; layer < config.numHiddenLayers(); layer++) {
      String name = "model.layers." + layer + ".";
      SDVariable normed = norm(x, name + "input_layernorm.weight");
      x = x.add(product(attend(normed, name + "self_attn."), name + "self_attn.o_proj.weight"));
      normed = norm(x, name + "post_attention_layernorm.weight");
      SDVariable gate = graph.nn().swish(product(normed, name + "mlp.gate_proj.weight"));
      SDVariable hidden = gate.mul(product(normed, name + "mlp.up_proj.weight"));
      x = x.add(product(hidden, name + "mlp.down_proj.weight"));
    }
    SDVariable last = norm(x, TensorNames.FINAL_NORM);
    last = graph.slice(last, new int[] {0, 0}, tokens - 1, config.hiddenSize());
    String head = config.tieWordEmbeddings() ? TensorNames.EMBEDDING : TensorNames.HEAD;
    SDVariable losses = graph.loss().sparseSoftmaxCrossEntropy(product(last, head), targets);
    losses.mean(LOSS, 0);
    graph.setLossVariables(LOSS);
  }

  private SDVariable attend(SDVariable x, String name) {
    int heads = config.numAttentionHeads();
    SDVariable q = rotate(heads(linear(x, name + "q_proj"), heads));
    SDVariable k = rotate(heads(linear(x, name + "k_proj"), heads));
    SDVariable v = heads(linear(x, name + "v_proj"), heads);
    MMulTranspose transposeB = MMulTranspose.builder().transposeB(true).build();
    SDVariable scores = q.mmul(null, k, transposeB); // (H, T, T)
    scores = scores.mul(1 / Math.sqrt(config.headSize())).add(mask);
    SDVariable attended = graph.nn().softmax(scores, -1).mmul(v); // (H, T, h)
    return attended.permute(1, 0, 2).reshape(tokens, config.hiddenSize());
  }

  /** (T, H h) as (H, T, h). */
  private SDVariable heads(SDVariable x, int heads) {
    return x.reshape(tokens, heads, config.headSize()).permute(1, 0, 2);
  }

  private SDVariable rotate(SDVariable x) {
    int heads = config.numAttentionHeads();
    int half = config.headSize() / 2;
    SDVariable first = graph.slice(x, new int[] {0, 0, 0}, heads, tokens, half);
    SDVariable second = graph.slice(x, new int[] {0, 0, half}, heads, tokens, half);
    SDVariable turned = graph.concat(2, second.neg(), first);
    return x.mul(cosine).add(turned.mul(sine));
  }

  private SDVariable norm(SDVariable x, String name) {
    SDVariable squares = x.mul(x).mean(true, 1).add(config.rmsNormEps());
    return x.div(graph.math().sqrt(squares)).mul(weight(name));
  }

  private SDVariable linear(SDVariable x, String name) {
    return product(x, name + ".weight").add(weight(name + ".bias"));
  }

  private SDVariable product(SDVariable x, String name) {
    return x.mmul(null, weight(name), MMulTranspose.builder().transposeB(true).build());
  }

  private SDVariable weight(String name) {
    return graph.getVariable(name);
  }

  private static float[][] angles(ParrotConfig config, int tokens) {
    int size = config.headSize();
    float[][] angles = new float[tokens][size];
    for (int position = 0; position < tokens; position++) {
      for (int j = 0; j < size; j++) {
        double exponent = 2.0 * (j % (size / 2)) / size;
        angles[position][j] = position * (float) (1 / Math.pow(config.ropeTheta(), exponent));
      }
    }
    return angles;
  }

  private static float[][] apply(float[][] x, DoubleUnaryOperator function) {
    float[][] y = new float[x.length][x[0].length];
    for (int i = 0; i < x.length; i++) {
      for (int j = 0; j < y[i].length; j++) {
        y[i][j] = (float) function.applyAsDouble(x[i][j]);
      }
    }
    return y;
  }

  private static INDArray mask(int tokens) {
    float[][] mask = new float[tokens][tokens];
    for (int i = 0; i < tokens; i++) {
      Arrays.fill(mask[i], i + 1, tokens, HIDDEN);
    }
    return Nd4j.createFromArray(mask).reshape('c', 1, tokens, tokens);
  }
}
