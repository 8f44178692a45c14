package parrot.model.layer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import parrot.model.config.VisionConfig;
import parrot.model.config.VisionFamily;
import parrot.model.kernel.Kernels;
import parrot.model.tensor.Arena;
import parrot.model.tensor.Tensor;

/**
 * The vision transformer of CLIP or SigLIP up to the hidden state that Parrot reads; layers behind
 * it are not computed.
 *
 * <p>Source: CLIPVisionTransformer and SiglipVisionTransformer of the published checkpoints.
 */
public final class VisionTower {
  private final Weight classEmbedding; // (1, Dv), or null
  private final Weight patchEmbedding; // (Dv, 3 * patch * patch)
  private final Weight patchBias; // (1, Dv), or null
  private final Weight positionEmbedding; // (P, Dv)
  private final Weight normWeight; // (1, Dv), or null
  private final Weight normBias; // (1, Dv), or null
  private final List<VisionBlock> blocks = new ArrayList<>();
  private final VisionConfig config;
  private final int tokens;

  private int images;
  private Tensor patches; // (I * grid * grid, 3 * patch * patch)
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
    VisionFamily family = config.family();
    tokens = config.tokens();
    String embeddings = "vision_model.embeddings.";
    classEmbedding = family.classToken() ? weights.create(embeddings + "class_embedding", d) : null;
    patchEmbedding =
        weights.createFactor(
            embeddings + "patch_embedding.weight", d, 3 * config.patchSize() * config.patchSize());
    patchBias = family.patchBias() ? weights.create(embeddings + "patch_embedding.bias", d) : null;
    positionEmbedding = weights.create(embeddings + "position_embedding.weight", tokens, d);
    boolean norms = family.normsFirst();
    normWeight = norms ? weights.create("vision_model.pre_layrnorm.weight", d) : null;
    normBias = norms ? weights.create("vision_model.pre_layrnorm.bias", d) : null;
    for (int layer = 0; layer < layers; layer++) {
      blocks.add(new VisionBlock(weights, config, "vision_model.encoder.layers." + layer));
    }
  }

  /** Tokens of one image, the class token included if there is one. */
  public int tokens() {
    return tokens;
  }

  /**
   * @param pixels (I, 3 * size * size), normalised, channel first
   * @param keep whether {@link #backward} will follow; else working memory is given back
   * @return (I * P, Dv) float32, the class token first in each image that has one
   */
  public Tensor forward(Kernels kernels, Arena arena, Tensor pixels, boolean keep) {
    int d = config.hiddenSize();
    images = pixels.rows();
    int n = images * tokens;
    Tensor x = arena.take(n, d);
    Arena.Mark mark = arena.mark();
    patches = arena.take(kernels.factorType(), images * config.patches(), patchEmbedding.columns());
    kernels.patches(patches, pixels, config.imageSize(), config.patchSize());
    embedded = normWeight == null ? x : arena.take(n, d);
    embed(kernels, arena);
    if (normWeight != null) {
      norm(kernels, arena, x);
    }
    if (!keep) {
      arena.release(mark);
    }
    int[] boundaries = boundaries(images, tokens);
    for (VisionBlock block : blocks) {
      x = block.forward(kernels, arena, x, boundaries, keep);
    }
    return x;
  }

  /** Patches, the class token before them, and their positions. */
  private void embed(Kernels kernels, Arena arena) {
    int d = config.hiddenSize();
    index();
    Tensor convolved = classEmbedding == null ? embedded : arena.take(patches.rows(), d);
    kernels.matmul(convolved, patches, false, patchEmbedding.factor(), true, 0);
    if (patchBias != null) {
      kernels.addBias(convolved, patchBias.value());
    }
    if (classEmbedding != null) {
      kernels.scatter(embedded, convolved, patchRows);
      kernels.gather(embedded, classEmbedding.value(), classRows);
    }
    Tensor byImage = embedded.reshape(images, tokens * d);
    kernels.addBias(byImage, positionEmbedding.value().reshape(1, tokens * d));
  }

  private void norm(Kernels kernels, Arena arena, Tensor x) {
    mean = arena.take(x.rows(), 1);
    inverse = arena.take(x.rows(), 1);
    kernels.layerNorm(
        x,
        mean,
        inverse,
        embedded,
        normWeight.value(),
        normBias.value(),
        (float) config.layerNormEps());
  }

  /**
   * @param dx gradient of the output (I * P, Dv); overwritten
   */
  public void backward(Kernels kernels, Arena arena, Tensor dx) {
    for (int layer = blocks.size() - 1; layer >= 0; layer--) {
      blocks.get(layer).backward(kernels, arena, dx);
    }
    Arena.Mark mark = arena.mark();
    Tensor dembedded = normWeight == null ? dx : normBackward(kernels, arena, dx);
    if (positionEmbedding.isTrained()) {
      embedBackward(kernels, arena, dembedded);
    }
    arena.release(mark);
  }

  private Tensor normBackward(Kernels kernels, Arena arena, Tensor dx) {
    Tensor dembedded = arena.take(dx.rows(), dx.columns());
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
    return dembedded;
  }

  private void embedBackward(Kernels kernels, Arena arena, Tensor dembedded) {
    int d = config.hiddenSize();
    kernels.addBiasBackward(
        positionEmbedding.gradient(kernels).reshape(1, tokens * d),
        dembedded.reshape(images, tokens * d));
    if (patchBias != null) {
      kernels.addBiasBackward(patchBias.gradient(kernels), dembedded);
    }
    if (classEmbedding != null) {
      kernels.gatherBackward(classEmbedding.gradient(kernels), dembedded, classRows);
    }
    Tensor dconvolved = arena.take(kernels.factorType(), patches.rows(), d);
    kernels.gather(dconvolved, dembedded, patchRows);
    patchEmbedding.addProduct(kernels, dconvolved, patches);
  }

  private void index() {
    int patchesOfImage = config.patches();
    int first = tokens - patchesOfImage;
    patchRows = new int[images * patchesOfImage];
    classRows = new int[images * tokens];
    Arrays.fill(classRows, -1);
    for (int image = 0; image < images; image++) {
      classRows[image * tokens] = 0;
      for (int patch = 0; patch < patchesOfImage; patch++) {
        patchRows[image * patchesOfImage + patch] = image * tokens + first + patch;
      }
    }
  }

  private static int[] boundaries(int count, int size) {
    int[] boundaries = new int[count + 1];
    Arrays.setAll(boundaries, i -> i * size);
    return boundaries;
  }
}
