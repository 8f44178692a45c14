package parrot.model.layer;

import java.util.List;
import parrot.model.config.DecoderConfig;
import parrot.model.kernel.Kernels;
import parrot.model.kernel.Segments;
import parrot.model.tensor.Arena;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Tensor;

/**
 * One layer of Qwen2 or Qwen3: {@code x + attention(norm(x))}, then {@code x + down(silu(gate) *
 * up)} of the normed result. The stream between layers is float32, what enters products is of their
 * type.
 *
 * <p>Source: Qwen2DecoderLayer and Qwen3DecoderLayer of the published checkpoints.
 */
final class DecoderBlock {
  private final int index;
  private final int heads;
  private final int keyHeads;
  private final int headSize;
  private final float epsilon;
  private final Weight inputNorm; // (1, D)
  private final Weight middleNorm; // (1, D)
  private final HeadProjection query;
  private final HeadProjection key;
  private final Linear value;
  private final Linear output;
  private final Linear gate;
  private final Linear up;
  private final Linear down;

  DecoderBlock(WeightFactory weights, DecoderConfig config, int index) {
    this.index = index;
    int d = config.hiddenSize();
    int f = config.intermediateSize();
    heads = config.numAttentionHeads();
    keyHeads = config.numKeyValueHeads();
    headSize = config.headSize();
    epsilon = (float) config.rmsNormEps();
    String prefix = "model.layers." + index;
    inputNorm = weights.create(prefix + ".input_layernorm.weight", d);
    middleNorm = weights.create(prefix + ".post_attention_layernorm.weight", d);
    query = new HeadProjection(weights, prefix + ".self_attn.q", heads, config);
    key = new HeadProjection(weights, prefix + ".self_attn.k", keyHeads, config);
    value = HeadProjection.linear(weights, prefix + ".self_attn.v", keyHeads, config);
    output = Linear.withoutBias(weights, prefix + ".self_attn.o_proj", d, heads * headSize);
    gate = Linear.withoutBias(weights, prefix + ".mlp.gate_proj", f, d);
    up = Linear.withoutBias(weights, prefix + ".mlp.up_proj", f, d);
    down = Linear.withoutBias(weights, prefix + ".mlp.down_proj", d, f);
  }

  /** What the backward pass needs; M rows are read of N, see {@link AttentionRows}. */
  private static final class Saved {
    Tensor input; // (N, D) float32
    Tensor inverse1; // (N, 1)
    Tensor normed1; // (N, D)
    Tensor queried; // (M, D), the rows of normed1 that are read
    Tensor q; // (M, H * headSize), rotated
    Tensor k; // (N, K * headSize), rotated
    Tensor v; // (N, K * headSize)
    Tensor attended; // (M, H * headSize)
    Tensor logSum; // (M, H)
    Tensor middle; // (M, D) float32
    Tensor inverse2; // (M, 1)
    Tensor normed2; // (M, D)
    Tensor gated; // (M, F)
    Tensor upped; // (M, F)
    Tensor activated; // (M, F)
  }

  private Saved saved;

  /**
   * @param x (N, D), overwritten unless kept
   * @param caches of the samples: each receives its keys and values and is attended to as a whole;
   *     none in training
   * @param keep whether {@link #backward} will follow; else working memory is given back
   * @return (M, D), the rows that are read
   */
  Tensor forward(
      Kernels kernels,
      Arena arena,
      Tensor x,
      AttentionRows rows,
      Rotary rotary,
      List<KeyValueCache> caches,
      boolean keep) {
    Tensor y = keep || !rows.areAll() ? arena.take(rows.count(), x.columns()) : x;
    Arena.Mark mark = arena.mark();
    Saved s = run(kernels, arena, x, rows, rotary, caches, keep);
    if (y != s.middle) {
      kernels.copy(y, s.middle);
    }
    down.forwardAdding(kernels, arena, y, s.activated);
    if (keep) {
      saved = s;
    } else {
      arena.release(mark);
    }
    return y;
  }

  /** Computes again what {@link #backward} needs, from the same input. */
  void recompute(Kernels kernels, Arena arena, Tensor x, AttentionRows rows, Rotary rotary) {
    saved = run(kernels, arena, x, rows, rotary, List.of(), true);
  }

  private Saved run(
      Kernels kernels,
      Arena arena,
      Tensor x,
      AttentionRows rows,
      Rotary rotary,
      List<KeyValueCache> caches,
      boolean keep) {
    int n = x.rows();
    int m = rows.count();
    int d = x.columns();
    ElementType type = kernels.factorType();
    Saved s = new Saved();
    s.input = x;
    s.inverse1 = arena.take(n, 1);
    s.normed1 = arena.take(type, n, d);
    kernels.rmsNorm(s.normed1, s.inverse1, x, inputNorm.value(), epsilon);
    s.queried = rows.select(kernels, arena, s.normed1);
    s.q = arena.take(type, m, heads * headSize);
    s.k = arena.take(type, n, keyHeads * headSize);
    s.v = arena.take(type, n, keyHeads * headSize);
    query.forward(kernels, arena, s.q, s.queried);
    key.forward(kernels, arena, s.k, s.normed1);
    value.forward(kernels, arena, s.v, s.normed1);
    rotary.rotate(kernels, s.q, rows.queryPositions(), false);
    rotary.rotate(kernels, s.k, rows.keyPositions(), false);
    s.attended = arena.take(type, m, heads * headSize);
    s.logSum = arena.take(m, heads);
    if (caches.isEmpty()) {
      kernels.attention(s.attended, s.logSum, s.q, s.k, s.v, rows.segments());
    } else {
      attend(kernels, s, rows.segments(), caches);
    }
    s.middle = rows.select(kernels, arena, x);
    if (keep && s.middle == x) {
      s.middle = arena.take(n, d);
      kernels.copy(s.middle, x);
    }
    output.forwardAdding(kernels, arena, s.middle, s.attended);

    s.inverse2 = arena.take(m, 1);
    s.normed2 = arena.take(type, m, d);
    kernels.rmsNorm(s.normed2, s.inverse2, s.middle, middleNorm.value(), epsilon);
    s.gated = arena.take(type, m, gate.outputs());
    s.upped = arena.take(type, m, gate.outputs());
    s.activated = arena.take(type, m, gate.outputs());
    gate.forward(kernels, arena, s.gated, s.normed2);
    up.forward(kernels, arena, s.upped, s.normed2);
    kernels.swiglu(s.activated, s.gated, s.upped);
    return s;
  }

  /** Each sample to its own cache, which may lie anywhere. */
  private void attend(Kernels kernels, Saved s, Segments segments, List<KeyValueCache> caches) {
    int row = 0;
    for (int i = 0; i < caches.size(); i++) {
      KeyValueCache cache = caches.get(i);
      int next = segments.keys()[i + 1] - segments.keys()[i] - cache.length();
      cache.append(kernels, index, s.k.rows(row, row + next), s.v.rows(row, row + next));
      row += next;
      int from = segments.queries()[i];
      int to = segments.queries()[i + 1];
      kernels.attention(
          s.attended.rows(from, to),
          s.logSum.rows(from, to),
          s.q.rows(from, to),
          cache.keys(index, next),
          cache.values(index, next),
          segments.only(i));
    }
  }

  /**
   * @param dy gradient of the output (M, D) float32; overwritten
   * @return gradient of the input (N, D) float32; {@code dy} itself where all rows are read
   */
  Tensor backward(Kernels kernels, Arena arena, Tensor dy, AttentionRows rows, Rotary rotary) {
    Saved s = saved;
    int n = s.input.rows();
    int m = rows.count();
    int d = dy.columns();
    Tensor dx = rows.areAll() ? dy : arena.take(n, d);
    Arena.Mark mark = arena.mark();
    ElementType type = kernels.factorType();
    Tensor dactivated = arena.take(type, m, gate.outputs());
    down.backward(kernels, arena, dactivated, Linear.operand(kernels, arena, dy), s.activated, 0);
    kernels.swigluBackward(s.gated, s.upped, dactivated, s.gated, s.upped);
    Tensor dnormed2 = arena.take(m, d);
    gate.backward(kernels, arena, dnormed2, s.gated, s.normed2, 0);
    up.backward(kernels, arena, dnormed2, s.upped, s.normed2, 1);
    kernels.rmsNormBackward(
        dy, true, middleNorm.gradient(kernels), dnormed2, s.inverse2, s.middle, middleNorm.value());

    Tensor dattended = arena.take(type, m, heads * headSize);
    output.backward(kernels, arena, dattended, Linear.operand(kernels, arena, dy), s.attended, 0);
    Tensor dq = arena.take(type, m, heads * headSize);
    Tensor dk = arena.take(type, n, keyHeads * headSize);
    Tensor dv = arena.take(type, n, keyHeads * headSize);
    kernels.attentionBackward(
        dq, dk, dv, dattended, s.attended, s.logSum, s.q, s.k, s.v, rows.segments());
    rotary.rotate(kernels, dq, rows.queryPositions(), true);
    rotary.rotate(kernels, dk, rows.keyPositions(), true);
    Tensor dnormed1 = arena.take(n, d);
    key.backward(kernels, arena, dnormed1, dk, s.normed1, 0);
    value.backward(kernels, arena, dnormed1, dv, s.normed1, 1);
    if (rows.areAll()) {
      query.backward(kernels, arena, dnormed1, dq, s.queried, 1);
    } else {
      query.backward(kernels, arena, dnormed2, dq, s.queried, 0);
      rows.addSelected(kernels, dnormed1, dnormed2);
      kernels.fill(dx, 0);
      rows.addSelected(kernels, dx, dy);
    }
    kernels.rmsNormBackward(
        dx, true, inputNorm.gradient(kernels), dnormed1, s.inverse1, s.input, inputNorm.value());
    arena.release(mark);
    return dx;
  }
}
