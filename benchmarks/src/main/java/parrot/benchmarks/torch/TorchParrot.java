package parrot.benchmarks.torch;

import java.util.List;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import parrot.model.config.ParrotConfig;

/** The whole network. */
final class TorchParrot {
  private final Parameters parameters;
  private final ParrotConfig config;
  private final VisionTower vision;
  private final Experts experts; // null where they are not used
  private final Decoder decoder;

  /**
   * @param positions longest sequence
   * @param type in which products run
   */
  TorchParrot(Parameters parameters, ParrotConfig config, int positions, ScalarType type) {
    this.parameters = parameters;
    this.config = config;
    vision = new VisionTower(parameters, config);
    experts = config.experts().used() ? new Experts(parameters, config) : null;
    decoder = new Decoder(parameters, config, positions, type);
  }

  VisionTower vision() {
    return vision;
  }

  Decoder decoder() {
    return decoder;
  }

  /** Logits at every position, (B, T, V). */
  Tensor logits(PaddedBatch batch) {
    return decoder.logits(decoder.forward(embed(batch), batch.mask, null));
  }

  /** Embeddings of a batch with the images in their places, padded with zeros: (B, T, D). */
  Tensor embed(PaddedBatch batch) {
    return embed(batch, batch.pixels == null ? null : guide(batch, project(look(batch.pixels))));
  }

  /** The same if all samples have the first one's image: it is looked at once. */
  Tensor embedAboutOneImage(PaddedBatch batch) {
    Tensor projected = project(look(batch.pixels.narrow(0, 0, 1)));
    return embed(
        batch, guide(batch, projected.expand(batch.samples, projected.size(1), projected.size(2))));
  }

  private Tensor embed(PaddedBatch batch, Tensor visual) {
    Tensor[] rows = new Tensor[batch.samples];
    for (int sample = 0; sample < rows.length; sample++) {
      List<PaddedBatch.Piece> pieces = batch.pieces.get(sample);
      Tensor[] parts = new Tensor[pieces.size()];
      for (int i = 0; i < parts.length; i++) {
        PaddedBatch.Piece piece = pieces.get(i);
        parts[i] =
            piece.ids() == null ? visual.select(0, piece.image()) : decoder.embed(piece.ids());
      }
      Tensor row = parts.length == 1 ? parts[0] : Ops.cat(0, parts);
      long missing = batch.longest - row.size(0);
      rows[sample] = missing == 0 ? row : torch.constant_pad_nd(row, 0, 0, 0, missing);
    }
    return torch.stack(new TensorVector(rows), 0);
  }

  /** What the tower makes of pixels (I, P, Dv). */
  private Tensor look(Tensor pixels) {
    try (NoGradGuard ignored = new NoGradGuard()) {
      Tensor features = vision.forward(pixels);
      return config.projector().classToken()
          ? features
          : features.narrow(1, 1, features.size(1) - 1);
    }
  }

  /** Visual tokens (I, P, D). */
  private Tensor guide(PaddedBatch batch, Tensor projected) {
    if (experts == null) {
      return projected;
    }
    Tensor[] prompts = new Tensor[batch.prompts.length];
    for (int image = 0; image < prompts.length; image++) {
      prompts[image] = decoder.embed(batch.prompts[image]);
    }
    return experts.forward(projected, prompts);
  }

  private Tensor project(Tensor x) {
    String name = "model.mm_projector";
    if (config.projector().depth() == 1) {
      return parameters.linear(x, name);
    }
    for (int layer = 0; layer < config.projector().depth(); layer++) {
      x = parameters.linear(layer == 0 ? x : torch.gelu(x), name + "." + 2 * layer);
    }
    return x;
  }
}
