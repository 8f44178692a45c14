package parrot.benchmarks.torch;

import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Operations that several parts share. B samples, T tokens, H heads, h values of a head. */
final class Ops {
  private Ops() {}

  /** {@code x W^T + b}; {@code bias} may be null. */
  static Tensor linear(Tensor x, Tensor weight, Tensor bias) {
    return bias == null
        ? torch.linear(x, weight)
        : torch.linear(x, weight, new TensorOptional(bias));
  }

  static Tensor rmsNorm(Tensor x, Tensor weight, double epsilon) {
    long[] width = {weight.size(0)};
    return torch.rms_norm(x, width, new TensorOptional(weight), new DoubleOptional(epsilon));
  }

  static Tensor layerNorm(Tensor x, Tensor weight, Tensor bias, double epsilon) {
    long[] width = {weight.size(0)};
    return torch.layer_norm(
        x, width, new TensorOptional(weight), new TensorOptional(bias), epsilon, true);
  }

  /** (B, T, H h) as (B, H, T, h). */
  static Tensor split(Tensor x, int heads) {
    return x.view(x.size(0), x.size(1), heads, x.size(2) / heads).transpose(1, 2);
  }

  /** (B, H, T, h) as (B, T, H h). */
  static Tensor join(Tensor x) {
    return x.transpose(1, 2).reshape(x.size(0), x.size(2), x.size(1) * x.size(3));
  }

  /** Every key head {@code times} times: (B, K, T, h) as (B, K times, T, h). */
  static Tensor repeatHeads(Tensor x, int times) {
    return times == 1
        ? x
        : torch.repeat_interleave(x, times, new LongOptional(1), new LongOptional());
  }

  /**
   * Attention as products and a softmax: in this build the fused one is some fifty times slower in
   * bfloat16, forward and backward.
   *
   * @param q (B, H, T, h)
   * @param k (B, H, S, h)
   * @param v (B, H, S, h)
   * @param mask added to the scores, (1 or B, 1, T, S); null for none
   */
  static Tensor attention(Tensor q, Tensor k, Tensor v, Tensor mask) {
    Tensor scaled = q.mul(new Scalar(1 / Math.sqrt(q.size(3))));
    Tensor scores = torch.matmul(scaled, k.transpose(-2, -1));
    if (mask != null) {
      scores = scores.add_(mask.to(scores.scalar_type()));
    }
    return torch.matmul(torch.softmax(scores, -1), v);
  }

  /** The faster way if no gradient is needed: in float32 the fused operation. */
  static Tensor inferredAttention(Tensor q, Tensor k, Tensor v, boolean causal) {
    if (q.scalar_type().intern() == ScalarType.Float) {
      return torch.scaled_dot_product_attention(
          q, k, v, new TensorOptional(), 0, causal, new DoubleOptional(), false);
    }
    return attention(q, k, v, causal ? causalMask(q.size(2)) : null);
  }

  /** (1, 1, T, T): minus infinity above the diagonal. */
  static Tensor causalMask(long tokens) {
    Scalar hidden = new Scalar(Double.NEGATIVE_INFINITY);
    return torch.full(new long[] {tokens, tokens}, hidden).triu(1).view(1, 1, tokens, tokens);
  }

  static Tensor cat(int dimension, Tensor... parts) {
    return torch.cat(new TensorVector(parts), dimension);
  }
}
