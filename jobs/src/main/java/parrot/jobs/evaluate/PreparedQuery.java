package parrot.jobs.evaluate;

import java.util.List;
import parrot.model.generate.GenerationSettings;

/**
 * A query as the engine reads it.
 *
 * @param prompt token ids
 * @param pixels uint8 [size, size, 3] of the image, or null without one
 * @param promptTokens of the prompt, the image's among them
 * @param stops texts that end the answer
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier
public record PreparedQuery(
    int[] prompt,
    byte[] pixels,
    int promptTokens,
    GenerationSettings settings,
    List<String> stops) {}
