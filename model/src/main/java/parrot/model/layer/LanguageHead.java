package parrot.model.layer;

import java.util.Arrays;
import parrot.model.config.DecoderConfig;
import parrot.model.kernel.Kernels;
import parrot.model.tensor.Arena;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Tensor;

/**
 * The last norm, the head and the loss, in chunks, so that logits of a large batch never exist at
 * once. It is given the rows whose next token is asked for, and no others.
 */
public final class LanguageHead {
  private static final int CHUNK_VALUES = 1 << 25;

  private final Weight norm; // (1, D)
  private final Weight head; // (V, D); the embedding where tied
  private final float epsilon;

  /**
   * @param embedding (V, D), which is also the head if the configuration ties them
   */
  public LanguageHead(WeightFactory weights, DecoderConfig config, Weight embedding) {
    norm = weights.create("model.norm.weight", config.hiddenSize());
    head =
        config.tieWordEmbeddings()
            ? embedding
            : weights.createFactor("lm_head.weight", config.vocabSize(), config.hiddenSize());
    epsilon = (float) config.rmsNormEps();
  }

  /**
   * Loss of each row and, where wanted, the gradient of their mean.
   *
   * @param losses (S, 1), written
   * @param dx (S, D) float32, overwritten; null for a forward pass alone
   * @param x (S, D) float32
   * @param targets next token of each row, S
   */
  public void loss(
      Kernels kernels, Arena arena, Tensor losses, Tensor dx, Tensor x, int[] targets) {
    Arena.Mark mark = arena.mark();
    int s = x.rows();
    int d = x.columns();
    int v = head.rows();
    ElementType type = kernels.factorType();
    Tensor inverse = arena.take(s, 1);
    Tensor normed = arena.take(type, s, d);
    kernels.rmsNorm(normed, inverse, x, norm.value(), epsilon);
    Tensor dnormed = dx == null ? null : arena.take(s, d);
    int chunk = Math.min(s, Math.max(16, CHUNK_VALUES / v));
    Tensor buffer = arena.take(chunk, v);
    Tensor dbuffer = type == ElementType.F32 ? buffer : arena.take(type, chunk, v);
    for (int from = 0; from < s; from += chunk) {
      int to = Math.min(s, from + chunk);
      Tensor logits = buffer.rows(0, to - from);
      Tensor dlogits = dx == null ? null : dbuffer.rows(0, to - from);
      Tensor input = normed.rows(from, to);
      kernels.matmul(logits, input, false, head.factor(), true, 0);
      kernels.crossEntropy(
          losses.rows(from, to), dlogits, logits, Arrays.copyOfRange(targets, from, to), 1f / s);
      if (dx != null) {
        if (head.isTrained()) {
          head.addProduct(kernels, dlogits, input);
        }
        kernels.matmul(dnormed.rows(from, to), dlogits, false, head.factor(), false, 0);
      }
    }
    if (dx != null) {
      kernels.rmsNormBackward(dx, false, norm.gradient(kernels), dnormed, inverse, x, norm.value());
    }
    arena.release(mark);
  }

  /** Logits (rows, V) of rows of {@code x} (rows, D). */
  public Tensor logits(Kernels kernels, Arena arena, Tensor x) {
    Tensor inverse = arena.take(x.rows(), 1);
    Tensor normed = arena.take(kernels.factorType(), x.rows(), x.columns());
    kernels.rmsNorm(normed, inverse, x, norm.value(), epsilon);
    Tensor logits = arena.take(x.rows(), head.rows());
    kernels.matmul(logits, normed, false, head.factor(), true, 0);
    return logits;
  }
}
