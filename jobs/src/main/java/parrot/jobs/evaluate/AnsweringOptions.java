package parrot.jobs.evaluate;

import java.io.Serializable;
import java.util.Locale;
import parrot.datasets.benchmark.PromptTemplate;
import parrot.model.kernel.KernelProvider;
import parrot.model.kernel.Kernels;
import parrot.model.kernel.Precision;

/**
 * How a model is asked.
 *
 * @param maxNewTokens of an answer
 * @param kernels by name
 * @param precision of matrix products
 * @param threads of one answering task
 * @param blank whether every image is replaced by one of CLIP's mean colour
 * @param fast whether the last bits of an answer in bf16 may depend on what is answered beside it,
 *     which takes less time; nothing changes in f32
 * @param shuffled whether every question is asked about the image of another
 * @param template how questions of benchmarks are asked; null as published
 * @param scoring how the options of benchmarks' questions are chosen from
 */
public record AnsweringOptions(
    int maxNewTokens,
    String kernels,
    Precision precision,
    int threads,
    boolean blank,
    boolean fast,
    boolean shuffled,
    PromptTemplate template,
    Scoring scoring)
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

  /** As published. */
  public AnsweringOptions(
      int maxNewTokens,
      String kernels,
      Precision precision,
      int threads,
      boolean blank,
      boolean fast) {
    this(maxNewTokens, kernels, precision, threads, blank, fast, false, null, Scoring.ANSWERS);
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

  /** Every question is asked about the image of another. */
  public AnsweringOptions withShuffled(boolean shuffled) {
    return new AnsweringOptions(
        maxNewTokens, kernels, precision, threads, blank, fast, shuffled, template, scoring);
  }

  public AnsweringOptions withTemplate(PromptTemplate template) {
    return new AnsweringOptions(
        maxNewTokens, kernels, precision, threads, blank, fast, shuffled, template, scoring);
  }

  public AnsweringOptions withBlank(boolean blank) {
    return new AnsweringOptions(
        maxNewTokens, kernels, precision, threads, blank, fast, shuffled, template, scoring);
  }

  public AnsweringOptions withKernels(String kernels) {
    return new AnsweringOptions(
        maxNewTokens, kernels, precision, threads, blank, fast, shuffled, template, scoring);
  }

  public AnsweringOptions withThreads(int threads) {
    return new AnsweringOptions(
        maxNewTokens, kernels, precision, threads, blank, fast, shuffled, template, scoring);
  }

  public AnsweringOptions withFast(boolean fast) {
    return new AnsweringOptions(
        maxNewTokens, kernels, precision, threads, blank, fast, shuffled, template, scoring);
  }

  public AnsweringOptions withMaxNewTokens(int maxNewTokens) {
    return new AnsweringOptions(
        maxNewTokens, kernels, precision, threads, blank, fast, shuffled, template, scoring);
  }

  public AnsweringOptions withScoring(Scoring scoring) {
    return new AnsweringOptions(
        maxNewTokens, kernels, precision, threads, blank, fast, shuffled, template, scoring);
  }

  /** What decides the answers; the number of threads does not. */
  String key() {
    return String.format(
        Locale.ROOT,
        "greedy, at most %d new tokens, %s kernels, %s%s%s%s%s",
        maxNewTokens,
        kernels,
        precision,
        blank ? ", blank pictures" : "",
        shuffled ? ", shuffled pictures" : "",
        fast && precision == Precision.BF16 ? ", fast" : "",
        scoring.key());
  }
}
