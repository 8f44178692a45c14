package parrot.datasets.record;

import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import parrot.datasets.conversation.Turn;

/**
 * What a row says.
 *
 * @param language as it stands, not checked
 * @param images paths, or data URIs of images inside the row; each once
 * @param turns in order, a system text first; {@code <image>} for each image among parts of a text
 * @param unread keys that hold something and mean nothing here
 */
public record RawRecord(
    Optional<String> language, List<String> images, List<Turn> turns, SortedSet<String> unread) {}
