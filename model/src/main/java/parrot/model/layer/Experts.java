package parrot.model.layer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import parrot.model.config.MoeFormula;
import parrot.model.config.ParrotConfig;
import parrot.model.kernel.Kernels;
import parrot.model.kernel.Segments;
import parrot.model.tensor.Arena;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Tensor;

/**
 * The text-guided mixture of experts. Per picture, the class token attends to the embeddings of the
 * prompt, a router turns the result into weights over experts, and every visual token becomes
 * {@code sum_i p_i E_i(h)} plus its residual. Routing is dense and once per picture.
 *
 * <p>Source: MultilingualMoE of the published code; the paper's equation 5 as an option.
 */
public final class Experts {
  private final Weight gate; // (E, D)
  private final List<Linear> gates = new ArrayList<>();
  private final List<Linear> ups = new ArrayList<>();
  private final List<Linear> downs = new ArrayList<>();
  private final int experts;
  private final float residual;
  private final float mixture;

  private int tokens; // P
  private Tensor input; // (I * P, D), an operand
  private Tensor prompts; // (queries, D) float32
  private Tensor classes; // (I, D) float32
  private Tensor pooled; // (I, D)
  private Tensor logSum; // (I, 1)
  private Tensor routing; // (I, E)
  private Segments segments;
  private final List<Tensor> gated = new ArrayList<>(); // by expert, (I * P, F), operands
  private final List<Tensor> upped = new ArrayList<>(); // by expert, (I * P, F), operands
  private final List<Tensor> activated = new ArrayList<>(); // by expert, (I * P, F), operands

  public Experts(WeightFactory weights, ParrotConfig config) {
    String name = "model.moe_model";
    int d = config.hiddenSize();
    int f = config.moeIntermediateSize();
    experts = config.numExperts();
    gate = weights.create(name + ".gate.weight", experts, d);
    for (int expert = 0; expert < experts; expert++) {
      String prefix = name + ".experts." + expert;
      gates.add(Linear.withoutBias(weights, prefix + ".gate_proj", f, d));
      ups.add(Linear.withoutBias(weights, prefix + ".up_proj", f, d));
      downs.add(Linear.withoutBias(weights, prefix + ".down_proj", d, f));
    }
    boolean paper = config.moeFormula() == MoeFormula.PAPER;
    float weight = (float) config.moeWeight();
    residual = paper ? 1 : config.useMoeResidual() ? weight : 0;
    mixture = paper ? weight : 1;
  }

  public boolean isTrained() {
    return gate.isTrained();
  }

  /**
   * @param x projected visual tokens (I * P, D), the class token first in each picture
   * @param prompts embeddings of the prompts' tokens (queries, D)
   * @param promptBoundaries rows of {@code prompts} by picture, I + 1
   * @return (I * P, D)
   */
  public Tensor forward(
      Kernels kernels, Arena arena, Tensor x, Tensor prompts, int[] promptBoundaries) {
    int pictures = promptBoundaries.length - 1;
    int d = x.columns();
    tokens = x.rows() / pictures;
    input = Linear.operand(kernels, arena, x);
    this.prompts = prompts;
    classes = x.reshape(pictures, tokens * d).columns(0, d);
    int[] each = new int[pictures + 1];
    Arrays.setAll(each, i -> i);
    segments = new Segments(each, promptBoundaries, 1, 1, d, false);
    pooled = arena.take(pictures, d);
    logSum = arena.take(pictures, 1);
    kernels.attention(pooled, logSum, classes, prompts, prompts, segments);
    routing = arena.take(pictures, experts);
    kernels.matmul(routing, pooled, false, gate.value(), true, 0);
    kernels.softmax(routing);

    gated.clear();
    upped.clear();
    activated.clear();
    Tensor y = arena.take(x.rows(), d);
    kernels.copy(y, x);
    kernels.scale(y, residual);
    ElementType type = kernels.factorType();
    int f = gates.get(0).outputs();
    Tensor weighted = arena.take(type, x.rows(), f);
    for (int i = 0; i < experts; i++) {
      Tensor gateOut = arena.take(type, x.rows(), f);
      Tensor upOut = arena.take(type, x.rows(), f);
      Tensor active = arena.take(type, x.rows(), f);
      gates.get(i).forward(kernels, gateOut, input);
      ups.get(i).forward(kernels, upOut, input);
      kernels.swiglu(active, gateOut, upOut);
      weigh(kernels, weighted, active, i);
      downs.get(i).forwardAdding(kernels, y, weighted);
      gated.add(gateOut);
      upped.add(upOut);
      activated.add(active);
    }
    return y;
  }

  /** Router weights of the last forward pass (I, E). */
  public Tensor routing() {
    return routing;
  }

  /**
   * @param dx (I * P, D), overwritten
   * @param dprompts (queries, D), overwritten; null where no gradient is wanted
   * @param dy (I * P, D)
   */
  public void backward(Kernels kernels, Arena arena, Tensor dx, Tensor dprompts, Tensor dy) {
    Arena.Mark mark = arena.mark();
    int pictures = routing.rows();
    int d = input.columns();
    kernels.copy(dx, dy);
    kernels.scale(dx, residual);
    Tensor drouting = arena.take(pictures, experts);
    ElementType type = kernels.factorType();
    Tensor dactive = arena.take(type, input.rows(), gates.get(0).outputs());
    Tensor weighted = arena.take(type, input.rows(), gates.get(0).outputs());
    Tensor dout = Linear.operand(kernels, arena, dy);
    for (int i = 0; i < experts; i++) {
      Tensor active = activated.get(i);
      weigh(kernels, weighted, active, i);
      downs.get(i).backward(kernels, dactive, dout, weighted, 0);
      kernels.dotBlocks(drouting.columns(i, i + 1), dactive, active);
      weigh(kernels, dactive, dactive, i);
      kernels.swigluBackward(gated.get(i), upped.get(i), dactive, gated.get(i), upped.get(i));
      gates.get(i).backward(kernels, dx, gated.get(i), input, 1);
      ups.get(i).backward(kernels, dx, upped.get(i), input, 1);
    }
    kernels.scale(drouting, mixture);
    kernels.softmaxBackward(drouting, drouting, routing);
    if (gate.isTrained()) {
      gate.addProduct(kernels, drouting, pooled);
    }
    Tensor dpooled = arena.take(pictures, d);
    kernels.matmul(dpooled, drouting, false, gate.value(), false, 0);
    Tensor dclasses = arena.take(pictures, d);
    Tensor dkeys = dprompts == null ? arena.take(prompts.rows(), d) : dprompts;
    Tensor dvalues = arena.take(prompts.rows(), d);
    kernels.attentionBackward(
        dclasses, dkeys, dvalues, dpooled, pooled, logSum, classes, prompts, prompts, segments);
    if (dprompts != null) {
      kernels.add(dprompts, dvalues, 1);
    }
    kernels.add(dx.reshape(pictures, tokens * d).columns(0, d), dclasses, 1);
    arena.release(mark);
  }

  /** {@code y = mixture * p_i * x} by picture. */
  private void weigh(Kernels kernels, Tensor y, Tensor x, int expert) {
    kernels.scaleBlocks(y, x, routing.columns(expert, expert + 1));
    if (mixture != 1) {
      kernels.scale(y, mixture);
    }
  }
}
