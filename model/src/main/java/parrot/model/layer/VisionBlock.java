package parrot.model.layer;

import java.util.stream.Stream;
import parrot.model.config.VisionConfig;
import parrot.model.kernel.Activation;
import parrot.model.kernel.Kernels;
import parrot.model.kernel.Segments;
import parrot.model.tensor.Arena;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Tensor;

/**
 * One encoder layer of CLIP or SigLIP: {@code x + attention(norm1(x))}, then {@code x +
 * mlp(norm2(x))}.
 *
 * <p>Source: CLIPEncoderLayer and SiglipEncoderLayer of the published checkpoints.
 */
final class VisionBlock {
  private final Weight norm1Weight; // (1, D)
  private final Weight norm1Bias; // (1, D)
  private final Weight norm2Weight; // (1, D)
  private final Weight norm2Bias; // (1, D)
  private final Linear query;
  private final Linear key;
  private final Linear value;
  private final Linear output;
  private final Linear fc1;
  private final Linear fc2;
  private final Activation activation;
  private final float epsilon;
  private final int heads;
  private final boolean adapted;

  VisionBlock(WeightFactory weights, VisionConfig config, String prefix) {
    int d = config.hiddenSize();
    int f = config.intermediateSize();
    norm1Weight = weights.create(prefix + ".layer_norm1.weight", d);
    norm1Bias = weights.create(prefix + ".layer_norm1.bias", d);
    norm2Weight = weights.create(prefix + ".layer_norm2.weight", d);
    norm2Bias = weights.create(prefix + ".layer_norm2.bias", d);
    query = Linear.withBias(weights, prefix + ".self_attn.q_proj", d, d);
    key = Linear.withBias(weights, prefix + ".self_attn.k_proj", d, d);
    value = Linear.withBias(weights, prefix + ".self_attn.v_proj", d, d);
    output = Linear.withBias(weights, prefix + ".self_attn.out_proj", d, d);
    fc1 = Linear.withBias(weights, prefix + ".mlp.fc1", f, d);
    fc2 = Linear.withBias(weights, prefix + ".mlp.fc2", d, f);
    activation = config.hiddenAct();
    epsilon = (float) config.layerNormEps();
    heads = config.numAttentionHeads();
    adapted = Stream.of(query, key, value, output, fc1, fc2).anyMatch(Linear::isAdapted);
  }

  /** What the backward pass needs; all (N, D) but where said. */
  private static final class Saved {
    Tensor input; // float32
    Tensor mean1; // (N, 1)
    Tensor inverse1; // (N, 1)
    Tensor normed1;
    Tensor q;
    Tensor k;
    Tensor v;
    Tensor attended;
    Tensor logSum; // (N, H)
    Tensor middle; // float32
    Tensor mean2; // (N, 1)
    Tensor inverse2; // (N, 1)
    Tensor normed2;
    Tensor hidden; // (N, F)
    Tensor activated; // (N, F)
    Segments segments;
  }

  private Saved saved;

  /**
   * @param x (N, D) float32, overwritten unless kept
   * @param keep whether {@link #backward} will follow; else working memory is given back
   * @return (N, D) float32
   */
  Tensor forward(Kernels kernels, Arena arena, Tensor x, int[] boundaries, boolean keep) {
    int n = x.rows();
    int d = x.columns();
    ElementType type = kernels.factorType();
    Tensor y = keep ? arena.take(n, d) : x;
    Arena.Mark mark = arena.mark();
    Saved s = new Saved();
    s.segments = Segments.self(boundaries, heads, heads, d / heads, false);
    s.input = x;
    s.mean1 = arena.take(n, 1);
    s.inverse1 = arena.take(n, 1);
    s.normed1 = arena.take(type, n, d);
    kernels.layerNorm(
        s.normed1, s.mean1, s.inverse1, x, norm1Weight.value(), norm1Bias.value(), epsilon);
    s.q = arena.take(type, n, d);
    s.k = arena.take(type, n, d);
    s.v = arena.take(type, n, d);
    query.forward(kernels, arena, s.q, s.normed1);
    key.forward(kernels, arena, s.k, s.normed1);
    value.forward(kernels, arena, s.v, s.normed1);
    s.attended = arena.take(type, n, d);
    s.logSum = arena.take(n, heads);
    kernels.attention(s.attended, s.logSum, s.q, s.k, s.v, s.segments);
    s.middle = x;
    if (keep) {
      s.middle = arena.take(n, d);
      kernels.copy(s.middle, x);
    }
    output.forwardAdding(kernels, arena, s.middle, s.attended);

    s.mean2 = arena.take(n, 1);
    s.inverse2 = arena.take(n, 1);
    s.normed2 = arena.take(type, n, d);
    kernels.layerNorm(
        s.normed2, s.mean2, s.inverse2, s.middle, norm2Weight.value(), norm2Bias.value(), epsilon);
    s.activated = arena.take(type, n, fc1.outputs());
    if (fc1.isTrained() || adapted) { // in every pass the same way, so that all give the same bits
      s.hidden = arena.take(type, n, fc1.outputs());
      fc1.forward(kernels, arena, s.hidden, s.normed2);
      kernels.activate(s.activated, s.hidden, activation);
    } else {
      fc1.forwardActivated(kernels, s.activated, s.normed2, activation);
    }
    if (keep) {
      kernels.copy(y, s.middle);
    }
    fc2.forwardAdding(kernels, arena, y, s.activated);
    if (keep) {
      saved = s;
    } else {
      arena.release(mark);
    }
    return y;
  }

  /** Turns the gradient of the output into that of the input, in place: (N, D) float32. */
  void backward(Kernels kernels, Arena arena, Tensor dx) {
    Saved s = saved;
    Arena.Mark mark = arena.mark();
    int n = dx.rows();
    int d = dx.columns();
    ElementType type = kernels.factorType();
    Tensor dhidden = arena.take(type, n, fc1.outputs());
    fc2.backward(kernels, arena, dhidden, Linear.operand(kernels, arena, dx), s.activated, 0);
    kernels.activateBackward(dhidden, dhidden, s.hidden, activation);
    Tensor dnormed = arena.take(n, d);
    fc1.backward(kernels, arena, dnormed, dhidden, s.normed2, 0);
    kernels.layerNormBackward(
        dx,
        true,
        norm2Weight.gradient(kernels),
        norm2Bias.gradient(kernels),
        dnormed,
        s.mean2,
        s.inverse2,
        s.middle,
        norm2Weight.value());

    Tensor dattended = arena.take(type, n, d);
    output.backward(kernels, arena, dattended, Linear.operand(kernels, arena, dx), s.attended, 0);
    Tensor dq = arena.take(type, n, d);
    Tensor dk = arena.take(type, n, d);
    Tensor dv = arena.take(type, n, d);
    kernels.attentionBackward(
        dq, dk, dv, dattended, s.attended, s.logSum, s.q, s.k, s.v, s.segments);
    query.backward(kernels, arena, dnormed, dq, s.normed1, 0);
    key.backward(kernels, arena, dnormed, dk, s.normed1, 1);
    value.backward(kernels, arena, dnormed, dv, s.normed1, 1);
    kernels.layerNormBackward(
        dx,
        true,
        norm1Weight.gradient(kernels),
        norm1Bias.gradient(kernels),
        dnormed,
        s.mean1,
        s.inverse1,
        s.input,
        norm1Weight.value());
    arena.release(mark);
  }
}
