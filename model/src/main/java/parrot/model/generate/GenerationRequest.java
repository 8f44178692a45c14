package parrot.model.generate;

import java.util.Arrays;
import parrot.model.network.Batch;
import parrot.model.tensor.Tensor;

/**
 * What is to be answered.
 *
 * @param prompt token ids; {@link Batch#IMAGE} where the image goes
 * @param image as {@link parrot.model.network.ParrotNetwork#encode} gives it; null without one
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier
public record GenerationRequest(
    int[] prompt, Tensor image, GenerationSettings settings, GenerationListener listener) {
  public GenerationRequest {
    long places = Arrays.stream(prompt).filter(id -> id == Batch.IMAGE).count();
    if (places != (image == null ? 0 : 1)) {
      throw new IllegalArgumentException(
          "Cannot generate: the prompt has "
              + places
              + " image tokens (must be "
              + (image == null ? "0 without an image)" : "1 for an image)"));
    }
  }
}
