package parrot.model.layer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import parrot.model.config.VisionConfig;
import parrot.model.kernel.Kernels;
import parrot.model.tensor.Arena;
import parrot.model.tensor.Tensor;

/**
 * CLIP's vision transformer up to the hidden state that Parrot reads; layers behind it are not
 * computed.
 *
 * <p>Source: CLIPVisionTransformer of the published checkpoints.
 */
public final class VisionTower {
  private final Weight classEmbedding; // (1, Dv)
  private final Weight patchEmbedding; // (Dv, 3 * patch * patch)
  private final Weight positionEmbedding; // (P, Dv)
  private final Weight normWeight; // (1, Dv)
  private final Weight normBias; // (1, Dv)
  private final List<VisionBlock> blocks = new ArrayList<>();
  private final VisionConfig config;
  private final int tokens;

  private int images;
  private Tensor patches; // (I * (P - 1), 3 * patch * patch)
  private Tensor embedded; // (I * P, Dv)
  private Tensor mean; // (I * P, 1)
  private Tensor inverse; // (I * P, 1)
  private int[] patchRows;
  private int[] classRows;

  /**
   * @param layers how many encoder layers to run
   */
  public VisionTower(WeightFactory weights, VisionConfig config, int layers) {
    this.config = config;
    int d = config.hiddenSize();
    int grid = config.imageSize() / config.patchSize();
    tokens = grid * grid + 1;
    String embeddings = "vision_model.embeddings.";
    classEmbedding = weights.create(embeddings + "class_embedding", d);
    patchEmbedding =
        weights.createFactor(
            embeddings + "patch_embedding.weight", d, 3 * config.patchSize() * config.patchSize());
    positionEmbedding = weights.create(embeddings + "position_embedding.weight", tokens, d);
    normWeight = weights.create("vision_model.pre_layrnorm.weight", d);
    normBias = weights.create("vision_model.pre_layrnorm.bias", d);
    for (int layer = 0; layer < layers; layer++) {
      blocks.add(new VisionBlock(weights, config, "vision_model.encoder.layers." + layer));
    }
  }

  /** Tokens of one image, the class token included. */
  public int tokens() {
    return tokens;
  }

  /**
   * @param pixels (I, 3 * size * size), normalised, channel first
   * @param keep whether {@link #backward} will follow; else working memory is given back
   * @return (I * P, Dv) float32, the class token first in each image
   */
  public Tensor forward(Kernels kernels, Arena arena, Tensor pixels, boolean keep) {
    int d = config.hiddenSize();
    images = pixels.rows();
    int n = images * tokens;
    Tensor x = arena.take(n, d);
    Arena.Mark mark = arena.mark();
    patches = arena.take(kernels.factorType(), images * (tokens - 1), patchEmbedding.columns());
    kernels.patches(patches, pixels, config.imageSize(), config.patchSize());
    Tensor convolved = arena.take(patches.rows(), d);
    kernels.matmul(convolved, patches, false, patchEmbedding.factor(), true, 0);

    index();
    embedded = arena.take(n, d);
    kernels.scatter(embedded, convolved, patchRows);
    kernels.gather(embedded, classEmbedding.value(), classRows);
    Tensor byImage = embedded.reshape(images, tokens * d);
    kernels.addBias(byImage, positionEmbedding.value().reshape(1, tokens * d));

    mean = arena.take(n, 1);
    inverse = arena.take(n, 1);
    kernels.layerNorm(
        x,
        mean,
        inverse,
        embedded,
        normWeight.value(),
        normBias.value(),
        (float) config.layerNormEps());
    if (!keep) {
      arena.release(mark);
    }
    int[] boundaries = boundaries(images, tokens);
    for (VisionBlock block : blocks) {
      x = block.forward(kernels, arena, x, boundaries, keep);
    }
    return x;
  }

  /**
   * @param dx gradient of the output (I * P, Dv); overwritten
   */
  public void backward(Kernels kernels, Arena arena, Tensor dx) {
    for (int layer = blocks.size() - 1; layer >= 0; layer--) {
      blocks.get(layer).backward(kernels, arena, dx);
    }
    Arena.Mark mark = arena.mark();
    int d = config.hiddenSize();
    Tensor dembedded = arena.take(dx.rows(), d);
    kernels.layerNormBackward(
        dembedded,
        false,
        normWeight.gradient(kernels),
        normBias.gradient(kernels),
        dx,
        mean,
        inverse,
        embedded,
        normWeight.value());
    if (positionEmbedding.isTrained()) {
      kernels.addBiasBackward(
          positionEmbedding.gradient(kernels).reshape(1, tokens * d),
          dembedded.reshape(images, tokens * d));
      kernels.gatherBackward(classEmbedding.gradient(kernels), dembedded, classRows);
      Tensor dconvolved = arena.take(kernels.factorType(), patches.rows(), d);
      kernels.gather(dconvolved, dembedded, patchRows);
      patchEmbedding.addProduct(kernels, dconvolved, patches);
    }
    arena.release(mark);
  }

  private void index() {
    patchRows = new int[images * (tokens - 1)];
    classRows = new int[images * tokens];
    Arrays.fill(classRows, -1);
    for (int image = 0; image < images; image++) {
      classRows[image * tokens] = 0;
      for (int patch = 0; patch < tokens - 1; patch++) {
        patchRows[image * (tokens - 1) + patch] = image * tokens + 1 + patch;
      }
    }
  }

  private static int[] boundaries(int count, int size) {
    int[] boundaries = new int[count + 1];
    Arrays.setAll(boundaries, i -> i * size);
    return boundaries;
  }
}
