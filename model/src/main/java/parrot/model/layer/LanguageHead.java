package parrot.model.layer;

import java.util.Arrays;
import parrot.model.config.ParrotConfig;
import parrot.model.kernel.Kernels;
import parrot.model.tensor.Arena;
import parrot.model.tensor.Tensor;

/**
 * The last norm, the head and the loss, at supervised positions only and in chunks, so that logits
 * of the whole batch never exist.
 */
public final class LanguageHead {
  private static final int CHUNK_VALUES = 1 << 24;

  private final Weight norm; // (1, D)
  private final Weight head; // (V, D); the embedding where tied
  private final float epsilon;

  /**
   * @param embedding (V, D), which is the head too where the configuration ties them
   */
  public LanguageHead(WeightFactory weights, ParrotConfig config, Weight embedding) {
    norm = weights.create("model.norm.weight", config.hiddenSize());
    head =
        config.tieWordEmbeddings()
            ? embedding
            : weights.create("lm_head.weight", config.vocabSize(), config.hiddenSize());
    epsilon = (float) config.rmsNormEps();
  }

  /**
   * Loss of each position and, where wanted, the gradient of their mean.
   *
   * @param losses (S, 1), written
   * @param dx (N, D), overwritten; null for a forward pass alone
   * @param x (N, D)
   * @param rows of {@code x} that are supervised, S
   * @param targets next token of each of them, S
   */
  public void loss(
      Kernels kernels, Arena arena, Tensor losses, Tensor dx, Tensor x, int[] rows, int[] targets) {
    Arena.Mark mark = arena.mark();
    int s = rows.length;
    int d = x.columns();
    int v = head.rows();
    Tensor selected = arena.take(s, d);
    kernels.gather(selected, x, rows);
    Tensor inverse = arena.take(s, 1);
    Tensor normed = arena.take(s, d);
    kernels.rmsNorm(normed, inverse, selected, norm.value(), epsilon);
    Tensor dnormed = dx == null ? null : arena.take(s, d);
    int chunk = Math.max(16, CHUNK_VALUES / v);
    Tensor buffer = arena.take(Math.min(chunk, s), v);
    float scale = dx == null ? 0 : 1f / s;
    for (int from = 0; from < s; from += chunk) {
      int to = Math.min(s, from + chunk);
      Tensor logits = buffer.rows(0, to - from);
      Tensor input = normed.rows(from, to);
      kernels.matmul(logits, input, false, head.value(), true, 0);
      kernels.crossEntropy(
          losses.rows(from, to), logits, Arrays.copyOfRange(targets, from, to), scale);
      if (dx != null) {
        if (head.isTrained()) {
          kernels.matmul(head.gradient(), logits, true, input, false, 1);
        }
        kernels.matmul(dnormed.rows(from, to), logits, false, head.value(), false, 0);
      }
    }
    if (dx != null) {
      Tensor dselected = arena.take(s, d);
      kernels.rmsNormBackward(dselected, norm.gradient(), dnormed, inverse, selected, norm.value());
      kernels.fill(dx, 0);
      kernels.scatter(dx, dselected, rows);
    }
    arena.release(mark);
  }

  /** Logits (rows, V) of rows of {@code x} (rows, D). */
  public Tensor logits(Kernels kernels, Arena arena, Tensor x) {
    Tensor inverse = arena.take(x.rows(), 1);
    Tensor normed = arena.take(x.rows(), x.columns());
    kernels.rmsNorm(normed, inverse, x, norm.value(), epsilon);
    Tensor logits = arena.take(x.rows(), head.rows());
    kernels.matmul(logits, normed, false, head.value(), true, 0);
    return logits;
  }
}
