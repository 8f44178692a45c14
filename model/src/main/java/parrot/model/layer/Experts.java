package parrot.model.layer;

import java.util.ArrayList;
import java.util.List;
import parrot.model.config.MoeFormula;
import parrot.model.config.ParrotConfig;
import parrot.model.kernel.Kernels;
import parrot.model.tensor.Arena;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Tensor;

/**
 * The text-guided mixture of experts: a {@link Router} weighs experts once per image, and every
 * visual token becomes {@code sum_i p_i E_i(h)} plus its residual. Only experts that were chosen
 * for an image compute for it.
 *
 * <p>Source: MultilingualMoE of the published code; the paper's equation 5 as an option.
 */
public final class Experts {
  private final Router router;
  private final boolean several; // compute for an image
  private final List<Expert> experts = new ArrayList<>();
  private final int width; // F
  private final float residual;
  private final float mixture;

  private Tensor input; // (I * P, D), an operand
  private Overlap overlap; // null unless outputs are compared
  private float[] overlaps = {}; // [I]

  public Experts(WeightFactory weights, ParrotConfig config) {
    String name = "model.moe_model";
    boolean paper = config.experts().formula() == MoeFormula.PAPER;
    float weight = (float) config.experts().weight();
    residual = paper ? 1 : config.experts().residual() ? weight : 0;
    mixture = paper ? weight : 1;
    width = config.experts().intermediateSize();
    several = config.experts().topK() > 1;
    router = new Router(weights, name + ".gate", config);
    for (int i = 0; i < config.experts().count(); i++) {
      experts.add(
          new Expert(
              weights, name + ".experts." + i, width, config.decoder().hiddenSize(), mixture));
    }
  }

  /**
   * Steers the router from the next forward pass on.
   *
   * @param routing null for the model's own
   */
  public void steer(Routing routing) {
    router.steer(routing);
  }

  /** What the router is steered by, with the bias as it is after the last forward pass. */
  public Routing steering() {
    return router.steering();
  }

  /**
   * @param x projected visual tokens (I * P, D), the class token, or the first patch, first in each
   *     image
   * @param prompts embeddings of the prompts' tokens (queries, D)
   * @param promptBoundaries rows of {@code prompts} by image, I + 1
   * @return (I * P, D)
   */
  public Tensor forward(
      Kernels kernels, Arena arena, Tensor x, Tensor prompts, int[] promptBoundaries) {
    input = Linear.operand(kernels, arena, x);
    router.forward(
        kernels, arena, classes(x, promptBoundaries.length - 1), prompts, promptBoundaries);
    Tensor y = arena.take(x.rows(), x.columns());
    kernels.copy(y, x);
    kernels.scale(y, residual);
    Tensor scratch = arena.take(kernels.factorType(), x.rows(), width);
    for (int i = 0; i < experts.size(); i++) {
      Tensor weights = router.weights().columns(i, i + 1);
      experts.get(i).forward(kernels, arena, y, scratch, input, weights, router.chosen(i));
    }
    compare(kernels, arena, x.rows(), x.columns());
    return y;
  }

  private void compare(Kernels kernels, Arena arena, int rows, int columns) {
    overlap = null;
    overlaps = new float[0];
    if (!several || !steering().compares()) {
      return;
    }
    Arena.Mark mark = arena.mark();
    List<Tensor> outputs = new ArrayList<>();
    for (Expert expert : experts) {
      Tensor output = arena.take(rows, columns);
      expert.output(kernels, arena, output);
      outputs.add(output);
    }
    Overlap compared = Overlap.of(kernels, arena, outputs, routing().rows());
    overlaps = compared.byImage();
    if (steering().orthogonality() > 0) {
      overlap = compared;
    } else {
      arena.release(mark);
    }
  }

  /** The first token of each image (I, D), in place. */
  private static Tensor classes(Tensor x, int images) {
    int d = x.columns();
    return x.reshape(images, x.rows() / images * d).columns(0, d);
  }

  /** Weights of experts in the last forward pass (I, E); zero for experts that are not chosen. */
  public Tensor routing() {
    return router.weights();
  }

  /** The router's probabilities in the last forward pass (I, E), before any selection. */
  public Tensor probabilities() {
    return router.probabilities();
  }

  /**
   * Log-sum-exp of the router's logits in the last forward pass, [I]; empty unless it is steered by
   * a z-loss.
   */
  public float[] logSums() {
    return router.logSums();
  }

  /**
   * Mean squared cosine between the outputs of two experts for the same token in the last forward
   * pass, [I]; NaN if only one of them has outputs. Empty if outputs are not compared, or one
   * expert computes for an image.
   */
  public float[] overlaps() {
    return overlaps;
  }

  /** Numbers of the experts that computed in the last forward pass, by image. */
  public int[][] selected() {
    return router.selected();
  }

  /**
   * Gradients, those of the losses included that the router is steered by.
   *
   * @param dx (I * P, D), overwritten
   * @param dprompts (queries, D), overwritten; null where no gradient is wanted
   * @param dy (I * P, D)
   */
  public void backward(Kernels kernels, Arena arena, Tensor dx, Tensor dprompts, Tensor dy) {
    Arena.Mark mark = arena.mark();
    int images = routing().rows();
    kernels.copy(dx, dy);
    kernels.scale(dx, residual);
    Tensor dweights = arena.take(images, experts.size());
    kernels.fill(dweights, 0);
    ElementType type = kernels.factorType();
    Tensor dscratch = arena.take(type, input.rows(), width);
    Tensor scratch = arena.take(type, input.rows(), width);
    Tensor dout = Linear.operand(kernels, arena, dy);
    List<Tensor> apart =
        overlap == null ? List.of() : overlap.gradients(kernels, arena, steering().orthogonality());
    for (int i = 0; i < experts.size(); i++) {
      Tensor column = dweights.columns(i, i + 1);
      Tensor doutput = apart.isEmpty() ? null : Linear.operand(kernels, arena, apart.get(i));
      experts.get(i).backward(kernels, arena, dx, column, scratch, dscratch, dout, doutput);
    }
    kernels.scale(dweights, mixture);
    Tensor dclasses = arena.take(images, input.columns());
    router.backward(kernels, arena, dclasses, dprompts, dweights);
    kernels.add(classes(dx, images), dclasses, 1);
    arena.release(mark);
  }
}
