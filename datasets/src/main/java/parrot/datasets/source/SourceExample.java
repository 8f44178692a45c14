package parrot.datasets.source;

import java.util.Objects;
import java.util.Optional;
import parrot.datasets.conversation.Conversation;

/**
 * A row that can be used, as far as its text tells.
 *
 * @param id as in the file, or the origin if it has none
 * @param language the field as it stands, not yet checked
 * @param imagePath under the root of images, not yet checked; absent for text alone
 */
public record SourceExample(
    String id,
    Optional<String> language,
    Optional<String> imagePath,
    Conversation conversation,
    String origin)
    implements SourceRow {
  public SourceExample {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(language, "language");
    Objects.requireNonNull(imagePath, "imagePath");
    Objects.requireNonNull(conversation, "conversation");
    Objects.requireNonNull(origin, "origin");
  }
}
