package parrot.jobs.evaluate;

import java.io.Serializable;
import java.util.Locale;
import parrot.model.kernel.KernelProvider;
import parrot.model.kernel.Kernels;
import parrot.model.kernel.Precision;

/**
 * How a model is asked.
 *
 * @param maxNewTokens of an answer
 * @param kernels one of {@link Kernels#names}
 * @param precision of matrix products
 * @param threads of one answering task
 * @param blank whether every image is replaced by one of CLIP's mean colour
 * @param fast whether the last bits of an answer in bf16 may depend on what is answered beside it,
 *     which takes less time; nothing changes in f32
 */
public record AnsweringOptions(
    int maxNewTokens, String kernels, Precision precision, int threads, boolean blank, boolean fast)
    implements Serializable {
  /** Tokens of an answer unless another number is given. */
  public static final int DEFAULT_MAX_NEW_TOKENS = 16;

  public AnsweringOptions {
    if (maxNewTokens < 1 || maxNewTokens > 4096) {
      throw new IllegalArgumentException(
          "Invalid max-new-tokens: " + maxNewTokens + " (must be from 1 to 4096)");
    }
    if (threads < 1) {
      throw new IllegalArgumentException("Invalid threads: " + threads + " (must be at least 1)");
    }
    KernelProvider.named(kernels);
  }

  /** Exact ones. */
  public AnsweringOptions(
      int maxNewTokens, String kernels, Precision precision, int threads, boolean blank) {
    this(maxNewTokens, kernels, precision, threads, blank, false);
  }

  /** Short answers in float32 with one thread. */
  public static AnsweringOptions defaults() {
    return new AnsweringOptions(
        DEFAULT_MAX_NEW_TOKENS, Kernels.defaultName(), Precision.F32, 1, false);
  }

  public AnsweringOptions withBlank(boolean blank) {
    return new AnsweringOptions(maxNewTokens, kernels, precision, threads, blank, fast);
  }

  public AnsweringOptions withThreads(int threads) {
    return new AnsweringOptions(maxNewTokens, kernels, precision, threads, blank, fast);
  }

  public AnsweringOptions withFast(boolean fast) {
    return new AnsweringOptions(maxNewTokens, kernels, precision, threads, blank, fast);
  }

  public AnsweringOptions withMaxNewTokens(int maxNewTokens) {
    return new AnsweringOptions(maxNewTokens, kernels, precision, threads, blank, fast);
  }

  /** What decides the answers; the number of threads does not. */
  String key() {
    return String.format(
        Locale.ROOT,
        "greedy, at most %d new tokens, %s kernels, %s%s%s",
        maxNewTokens,
        kernels,
        precision,
        blank ? ", blank pictures" : "",
        fast && precision == Precision.BF16 ? ", fast" : "");
  }
}
