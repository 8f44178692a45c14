package parrot.datasets.source;

import java.util.Collections;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import parrot.datasets.conversation.Conversation;

/**
 * A row that can be used, as far as its text tells.
 *
 * @param id as in the file, or the origin if it has none
 * @param language the field as it stands, not yet checked
 * @param imagePath under the root of images, not yet checked, or a data URI; absent for text alone
 * @param notes in a few words, what was changed or not read; rows are counted by them
 * @param columns values that were asked for, as text
 */
public record SourceExample(
    String id,
    Optional<String> language,
    Optional<String> imagePath,
    Conversation conversation,
    String origin,
    SortedSet<String> notes,
    SortedMap<String, String> columns)
    implements SourceRow {
  public SourceExample {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(language, "language");
    Objects.requireNonNull(imagePath, "imagePath");
    Objects.requireNonNull(conversation, "conversation");
    Objects.requireNonNull(origin, "origin");
    notes = Collections.unmodifiableSortedSet(new TreeSet<>(notes));
    columns = Collections.unmodifiableSortedMap(new TreeMap<>(columns));
  }

  /** An example of which no columns were asked for. */
  public SourceExample(
      String id,
      Optional<String> language,
      Optional<String> imagePath,
      Conversation conversation,
      String origin,
      SortedSet<String> notes) {
    this(id, language, imagePath, conversation, origin, notes, Collections.emptySortedMap());
  }
}
