package parrot.benchmarks.torch;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import parrot.model.config.ParrotConfig;
import parrot.model.config.VisionConfig;
import parrot.model.kernel.Activation;

/** CLIP's vision transformer up to the hidden state that Parrot reads, without gradients. */
final class VisionTower {
  private final Parameters parameters;
  private final VisionConfig config;
  private final int layers;

  VisionTower(Parameters parameters, ParrotConfig config) {
    this.parameters = parameters;
    this.config = config.vision();
    this.layers = config.visionLayersUsed();
  }

  /**
   * @param pixels (I, 3, size, size)
   * @return (I, P, Dv), the class token first
   */
  Tensor forward(Tensor pixels) {
    long images = pixels.size(0);
    long width = config.hiddenSize();
    long[] stride = {config.patchSize(), config.patchSize()};
    String embeddings = "vision_model.embeddings.";
    Tensor patches =
        torch
            .conv2d(
                pixels,
                parameters.get(embeddings + "patch_embedding.weight"),
                new TensorOptional(),
                stride,
                new long[] {0, 0},
                new long[] {1, 1},
                1)
            .flatten(2, 3)
            .transpose(1, 2);
    Tensor classes = parameters.get(embeddings + "class_embedding").expand(images, 1, width);
    Tensor x = Ops.cat(1, classes.to(patches.scalar_type()), patches);
    x = x.add(parameters.get(embeddings + "position_embedding.weight"));
    x = norm(x, "vision_model.pre_layrnorm");
    for (int layer = 0; layer < layers; layer++) {
      x = block(x, "vision_model.encoder.layers." + layer + ".");
    }
    return x;
  }

  private Tensor block(Tensor x, String name) {
    Tensor normed = norm(x, name + "layer_norm1");
    int heads = config.numAttentionHeads();
    Tensor q = Ops.split(parameters.linear(normed, name + "self_attn.q_proj"), heads);
    Tensor k = Ops.split(parameters.linear(normed, name + "self_attn.k_proj"), heads);
    Tensor v = Ops.split(parameters.linear(normed, name + "self_attn.v_proj"), heads);
    Tensor attended = Ops.join(Ops.inferredAttention(q, k, v, false));
    x = x.add(parameters.linear(attended, name + "self_attn.out_proj"));
    normed = norm(x, name + "layer_norm2");
    Tensor hidden = activate(parameters.linear(normed, name + "mlp.fc1"));
    return x.add(parameters.linear(hidden, name + "mlp.fc2"));
  }

  private Tensor activate(Tensor x) {
    return config.hiddenAct() == Activation.GELU
        ? torch.gelu(x)
        : x.mul(torch.sigmoid(x.mul(new Scalar(1.702))));
  }

  private Tensor norm(Tensor x, String name) {
    return Ops.layerNorm(
        x, parameters.get(name + ".weight"), parameters.get(name + ".bias"), config.layerNormEps());
  }
}
