package parrot.benchmarks.torch;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import parrot.model.config.MoeFormula;
import parrot.model.config.ParrotConfig;

/** The text-guided mixture: every expert on every visual token, one routing for each image. */
final class Experts {
  private static final String NAME = "model.moe_model.";

  private final Parameters parameters;
  private final ParrotConfig config;

  Experts(Parameters parameters, ParrotConfig config) {
    if (config.experts().formula() != MoeFormula.PUBLISHED) {
      throw new IllegalArgumentException(
          "Cannot build libtorch's experts: they follow the published formula alone (got "
              + config.experts().formula()
              + ")");
    }
    this.parameters = parameters;
    this.config = config;
  }

  /**
   * @param x (I, P, D), the class token first
   * @param prompts embeddings of each image's prompt, each (n, D)
   * @return (I, P, D)
   */
  Tensor forward(Tensor x, Tensor[] prompts) {
    Tensor[] pooled = new Tensor[prompts.length];
    for (int image = 0; image < prompts.length; image++) {
      pooled[image] = pool(x.select(0, image).narrow(0, 0, 1), prompts[image]);
    }
    Tensor scores = torch.linear(Ops.cat(0, pooled), parameters.get(NAME + "gate.weight"));
    Tensor routing = torch.softmax(scores, -1); // (I, E)
    Tensor y = config.experts().residual() ? x.mul(new Scalar(config.experts().weight())) : null;
    for (int expert = 0; expert < config.experts().count(); expert++) {
      Tensor weight = routing.narrow(1, expert, 1).unsqueeze(2); // (I, 1, 1)
      Tensor weighted = expert(x, NAME + "experts." + expert + ".").mul(weight);
      y = y == null ? weighted : y.add(weighted);
    }
    return y;
  }

  /** What the class token (1, D) finds in a prompt (n, D): (1, D). */
  private Tensor pool(Tensor question, Tensor prompt) {
    Tensor scores =
        torch
            .matmul(question, prompt.transpose(0, 1))
            .mul(new Scalar(1 / Math.sqrt(config.decoder().hiddenSize())));
    return torch.matmul(torch.softmax(scores, -1), prompt);
  }

  private Tensor expert(Tensor x, String name) {
    Tensor gate = torch.silu(parameters.linear(x, name + "gate_proj"));
    return parameters.linear(gate.mul(parameters.linear(x, name + "up_proj")), name + "down_proj");
  }
}
