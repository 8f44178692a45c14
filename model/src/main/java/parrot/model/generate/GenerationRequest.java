package parrot.model.generate;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import parrot.model.network.Batch;
import parrot.model.tensor.Tensor;

/**
 * What is to be answered, or how likely given answers to it are.
 *
 * @param prompt token ids; {@link Batch#IMAGE} where the image goes
 * @param image as {@link parrot.model.network.ParrotNetwork#encode} gives it; null without one
 * @param candidates ids of the given answers, with what ends them; empty to be answered
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier
public record GenerationRequest(
    int[] prompt,
    Tensor image,
    GenerationSettings settings,
    List<int[]> candidates,
    GenerationListener listener) {
  public GenerationRequest {
    candidates = List.copyOf(candidates);
    long places = Arrays.stream(prompt).filter(id -> id == Batch.IMAGE).count();
    if (places != (image == null ? 0 : 1)) {
      throw new IllegalArgumentException(
          "Cannot generate: the prompt has "
              + places
              + " image tokens (must be "
              + (image == null ? "0 without an image)" : "1 for an image)"));
    }
  }

  /** To be answered. */
  public GenerationRequest(
      int[] prompt, Tensor image, GenerationSettings settings, GenerationListener listener) {
    this(prompt, image, settings, List.of(), listener);
  }

  /**
   * How likely given answers are.
   *
   * @param candidates at least one, each of at least one id
   */
  public static GenerationRequest likelihoods(
      int[] prompt, Tensor image, List<int[]> candidates, GenerationListener listener) {
    int longest = candidates.stream().mapToInt(ids -> ids.length).max().orElse(0);
    return new GenerationRequest(
        prompt, image, GenerationSettings.greedy(longest, Set.of()), candidates, listener);
  }

  /** What follows its prompt. */
  Continuation continuation(int vocabulary) {
    return candidates.isEmpty()
        ? new ChosenTokens(this, vocabulary)
        : new GivenTokens(this, vocabulary);
  }
}
