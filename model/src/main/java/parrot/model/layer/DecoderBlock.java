package parrot.model.layer;

import parrot.model.config.ParrotConfig;
import parrot.model.kernel.Kernels;
import parrot.model.kernel.Segments;
import parrot.model.tensor.Arena;
import parrot.model.tensor.Tensor;

/**
 * One layer of Qwen2: {@code x + attention(norm(x))}, then {@code x + down(silu(gate) * up)} of the
 * normed result.
 *
 * <p>Source: Qwen2DecoderLayer of the published checkpoints.
 */
final class DecoderBlock {
  private final int index;
  private final int heads;
  private final int keyHeads;
  private final int headSize;
  private final float epsilon;
  private final Weight inputNorm; // (1, D)
  private final Weight middleNorm; // (1, D)
  private final Linear query;
  private final Linear key;
  private final Linear value;
  private final Linear output;
  private final Linear gate;
  private final Linear up;
  private final Linear down;

  DecoderBlock(WeightFactory weights, ParrotConfig config, int index) {
    this.index = index;
    int d = config.hiddenSize();
    int f = config.intermediateSize();
    heads = config.numAttentionHeads();
    keyHeads = config.numKeyValueHeads();
    headSize = d / heads;
    epsilon = (float) config.rmsNormEps();
    String prefix = "model.layers." + index;
    inputNorm = weights.create(prefix + ".input_layernorm.weight", d);
    middleNorm = weights.create(prefix + ".post_attention_layernorm.weight", d);
    query = Linear.withBias(weights, prefix + ".self_attn.q_proj", heads * headSize, d);
    key = Linear.withBias(weights, prefix + ".self_attn.k_proj", keyHeads * headSize, d);
    value = Linear.withBias(weights, prefix + ".self_attn.v_proj", keyHeads * headSize, d);
    output = Linear.withoutBias(weights, prefix + ".self_attn.o_proj", d, heads * headSize);
    gate = Linear.withoutBias(weights, prefix + ".mlp.gate_proj", f, d);
    up = Linear.withoutBias(weights, prefix + ".mlp.up_proj", f, d);
    down = Linear.withoutBias(weights, prefix + ".mlp.down_proj", d, f);
  }

  /** What the backward pass needs; (N, D) but where said. */
  private static final class Saved {
    Tensor input;
    Tensor inverse1; // (N, 1)
    Tensor normed1;
    Tensor q; // (N, H * headSize), rotated
    Tensor k; // (N, K * headSize), rotated
    Tensor v; // (N, K * headSize)
    Tensor attended; // (N, H * headSize)
    Tensor logSum; // (N, H)
    Tensor middle;
    Tensor inverse2; // (N, 1)
    Tensor normed2;
    Tensor gated; // (N, F)
    Tensor upped; // (N, F)
    Tensor activated; // (N, F)
  }

  private Saved saved;

  /**
   * @param x (N, D)
   * @param positions of each row within its sample
   * @param cache receives keys and values and is attended to as a whole; null in training
   * @return (N, D)
   */
  Tensor forward(
      Kernels kernels,
      Arena arena,
      Tensor x,
      Segments segments,
      int[] positions,
      Rotary rotary,
      KeyValueCache cache) {
    int n = x.rows();
    int d = x.columns();
    Saved s = new Saved();
    saved = s;
    s.input = x;
    s.inverse1 = arena.take(n, 1);
    s.normed1 = arena.take(n, d);
    kernels.rmsNorm(s.normed1, s.inverse1, x, inputNorm.value(), epsilon);
    s.q = arena.take(n, heads * headSize);
    s.k = cache == null ? arena.take(n, keyHeads * headSize) : cache.nextKeys(index, n);
    s.v = cache == null ? arena.take(n, keyHeads * headSize) : cache.nextValues(index, n);
    query.forward(kernels, s.q, s.normed1);
    key.forward(kernels, s.k, s.normed1);
    value.forward(kernels, s.v, s.normed1);
    rotary.rotate(kernels, s.q, positions, false);
    rotary.rotate(kernels, s.k, positions, false);
    s.attended = arena.take(n, heads * headSize);
    s.logSum = arena.take(n, heads);
    Tensor keys = cache == null ? s.k : cache.keys(index, n);
    Tensor values = cache == null ? s.v : cache.values(index, n);
    kernels.attention(s.attended, s.logSum, s.q, keys, values, segments);
    s.middle = arena.take(n, d);
    kernels.copy(s.middle, x);
    output.forwardAdding(kernels, s.middle, s.attended);

    s.inverse2 = arena.take(n, 1);
    s.normed2 = arena.take(n, d);
    kernels.rmsNorm(s.normed2, s.inverse2, s.middle, middleNorm.value(), epsilon);
    s.gated = arena.take(n, gate.outputs());
    s.upped = arena.take(n, gate.outputs());
    s.activated = arena.take(n, gate.outputs());
    gate.forward(kernels, s.gated, s.normed2);
    up.forward(kernels, s.upped, s.normed2);
    kernels.swiglu(s.activated, s.gated, s.upped);
    Tensor y = arena.take(n, d);
    kernels.copy(y, s.middle);
    down.forwardAdding(kernels, y, s.activated);
    return y;
  }

  /** Turns the gradient of the output into that of the input, in place: (N, D). */
  void backward(
      Kernels kernels, Arena arena, Tensor dx, Segments segments, int[] positions, Rotary rotary) {
    Saved s = saved;
    Arena.Mark mark = arena.mark();
    int n = dx.rows();
    int d = dx.columns();
    Tensor dactivated = arena.take(n, gate.outputs());
    down.backward(kernels, dactivated, dx, s.activated, 0);
    kernels.swigluBackward(s.gated, s.upped, dactivated, s.gated, s.upped);
    Tensor dnormed = arena.take(n, d);
    gate.backward(kernels, dnormed, s.gated, s.normed2, 0);
    up.backward(kernels, dnormed, s.upped, s.normed2, 1);
    Tensor dbranch = arena.take(n, d);
    kernels.rmsNormBackward(
        dbranch, middleNorm.gradient(), dnormed, s.inverse2, s.middle, middleNorm.value());
    kernels.add(dx, dbranch, 1);

    Tensor dattended = arena.take(n, heads * headSize);
    output.backward(kernels, dattended, dx, s.attended, 0);
    Tensor dq = arena.take(n, heads * headSize);
    Tensor dk = arena.take(n, keyHeads * headSize);
    Tensor dv = arena.take(n, keyHeads * headSize);
    kernels.attentionBackward(dq, dk, dv, dattended, s.attended, s.logSum, s.q, s.k, s.v, segments);
    rotary.rotate(kernels, dq, positions, true);
    rotary.rotate(kernels, dk, positions, true);
    query.backward(kernels, dnormed, dq, s.normed1, 0);
    key.backward(kernels, dnormed, dk, s.normed1, 1);
    value.backward(kernels, dnormed, dv, s.normed1, 1);
    kernels.rmsNormBackward(
        dbranch, inputNorm.gradient(), dnormed, s.inverse1, s.input, inputNorm.value());
    kernels.add(dx, dbranch, 1);
    arena.release(mark);
  }
}
