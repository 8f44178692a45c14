package parrot.model.generate;

import java.util.Locale;
import parrot.model.config.ParrotConfig;
import parrot.model.tensor.ElementType;

/**
 * How much an engine does at a time, and how exactly.
 *
 * @param requests that are answered at the same time
 * @param cacheTokens tokens whose keys and values are held, over all requests
 * @param promptTokens of prompts that are read in a step, so that a long one does not keep the
 *     answers waiting; a longer prompt is read in pieces of so many
 * @param vocabulary ids that can be chosen are below it: those above only pad the weights
 * @param exact whether answers in bfloat16 are the same to the last bit whatever else is answered,
 *     as those in float32 always are; that takes longer
 */
public record EngineLimits(
    int requests, long cacheTokens, int promptTokens, int vocabulary, boolean exact) {
  private static final int REQUESTS = 8;
  private static final int PROMPT_TOKENS = 512;
  private static final long CACHE_BYTES = 2L << 30;

  public EngineLimits {
    if (requests < 1 || cacheTokens < 1 || promptTokens < 1 || vocabulary < 1) {
      throw new IllegalArgumentException(
          "Invalid limits: %d requests, %d tokens, %d of prompts, vocabulary of %d (must be at least 1)"
              .formatted(requests, cacheTokens, promptTokens, vocabulary));
    }
  }

  /**
   * Eight requests, as long as they may be if that takes 2 GiB at most, and at least one; exact.
   *
   * @param type of keys and values: the kernels' type of factors
   */
  public static EngineLimits of(ParrotConfig config, ElementType type) {
    long longest = longest(config);
    long affordable = CACHE_BYTES / bytesPerToken(config, type);
    return new EngineLimits(
        REQUESTS,
        Math.max(longest, Math.min(REQUESTS * longest, affordable)),
        PROMPT_TOKENS,
        config.decoder().vocabSize(),
        true);
  }

  public EngineLimits withVocabulary(int vocabulary) {
    return new EngineLimits(requests, cacheTokens, promptTokens, vocabulary, exact);
  }

  public EngineLimits withExact(boolean exact) {
    return new EngineLimits(requests, cacheTokens, promptTokens, vocabulary, exact);
  }

  /** Bytes of keys and values at most. */
  public long cacheBytes(ParrotConfig config, ElementType type) {
    return cacheTokens * bytesPerToken(config, type);
  }

  /** What fits, for people. */
  public String describe(ParrotConfig config, ElementType type) {
    return String.format(
        Locale.ROOT,
        "up to %d answers at a time, keys and values of %d tokens in up to %.2f GiB",
        requests,
        cacheTokens,
        cacheBytes(config, type) / (double) (1L << 30));
  }

  private static long longest(ParrotConfig config) {
    return Math.min(config.tokenizerModelMaxLength(), config.decoder().maxPositionEmbeddings());
  }

  private static long bytesPerToken(ParrotConfig config, ElementType type) {
    return 2L * type.bytes() * config.decoder().numHiddenLayers() * config.decoder().keyValueSize();
  }
}
