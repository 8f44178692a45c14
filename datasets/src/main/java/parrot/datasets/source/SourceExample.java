package parrot.datasets.source;

import java.util.Collections;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import parrot.datasets.conversation.Conversation;

/**
 * A row that can be used, as far as its text tells.
 *
 * @param id as in the file, or the origin if it has none
 * @param language the field as it stands, not yet checked
 * @param imagePath under the root of images, not yet checked, or a data URI; absent for text alone
 * @param notes in a few words, what was changed or not read; rows are counted by them
 */
public record SourceExample(
    String id,
    Optional<String> language,
    Optional<String> imagePath,
    Conversation conversation,
    String origin,
    SortedSet<String> notes)
    implements SourceRow {
  public SourceExample {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(language, "language");
    Objects.requireNonNull(imagePath, "imagePath");
    Objects.requireNonNull(conversation, "conversation");
    Objects.requireNonNull(origin, "origin");
    notes = Collections.unmodifiableSortedSet(new TreeSet<>(notes));
  }
}
