package parrot.jobs.preprocess;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import parrot.datasets.shard.ShardSchema;
import parrot.datasets.shard.TrainingExample;
import parrot.datasets.storage.Digests;

/**
 * A row that is ready to be written.
 *
 * @param content SHA-256 of image and text: equal for duplicates
 * @param truncated whether its end was cut off
 * @param notes in a few words, each in one line, what was changed or not read; rows are counted by
 *     them
 * @param prints of text and image, if near duplicates are looked for; else empty
 */
record PreparedRow(
    TrainingExample example,
    byte[] content,
    boolean truncated,
    SortedSet<String> notes,
    byte[] prints)
    implements RowPreparer.RowOutcome {

  /** A checksum of what tells rows of equal content apart, beside their place in the source. */
  int details() {
    SortedMap<String, Object> scores = new TreeMap<>(example.scores());
    scores.remove(ShardSchema.IMAGE_GROUP); // it follows from the content
    String text =
        String.join(
            "\0",
            example.id().equals(example.source()) ? "" : example.id(), // its place if it has none
            example.language().tag(),
            Boolean.toString(truncated),
            String.join("\n", notes));
    if (!scores.isEmpty()) { // else as in ledgers made before there were scores
      text += "\0" + scores;
    }
    byte[] digest = Digests.sha256().digest(text.getBytes(StandardCharsets.UTF_8));
    return ByteBuffer.wrap(digest).getInt();
  }
}
