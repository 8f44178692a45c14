package parrot.datasets.source;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.Serializable;
import java.util.SortedSet;
import java.util.TreeSet;
import parrot.datasets.DataException;
import parrot.datasets.conversation.Conversation;
import parrot.datasets.conversation.ConversationRules;
import parrot.datasets.conversation.UnusableConversationException;
import parrot.datasets.record.RawRecord;
import parrot.datasets.record.RecordFormat;
import parrot.datasets.record.RecordReader;

/**
 * Makes an example of one row's JSON, or says why it cannot.
 *
 * @param format which keys mean what
 * @param rules what is done with turns in an unusual order
 */
public record RowReader(RecordFormat format, ConversationRules rules) implements Serializable {
  /** Any usual format, and conversations as the published code takes them. */
  public static final RowReader DEFAULT =
      new RowReader(RecordFormat.AUTO, ConversationRules.PUBLISHED);

  private static final int LONGEST_KEY = 40;

  SourceRow read(byte[] row, String origin) {
    JsonNode tree;
    try {
      tree = RowJson.parse(row);
    } catch (DataException e) {
      return broken(origin, e.getMessage());
    }
    return read(tree, origin);
  }

  SourceRow read(JsonNode tree, String origin) {
    if (!tree.isObject()) {
      String found = tree.isMissingNode() ? "nothing" : kind(tree);
      return broken(origin, "not a JSON object (got " + found + ")");
    }
    RecordReader reader = new RecordReader(format);
    String id = reader.id(tree).orElse(origin);
    try {
      return example(reader.read(tree), id, origin);
    } catch (UnusableConversationException e) {
      return new Reject(origin, id, RejectReason.of(e.problem()), e.getMessage());
    } catch (DataException e) {
      return new Reject(origin, id, RejectReason.BAD_FIELD, e.getMessage());
    }
  }

  private SourceExample example(RawRecord row, String id, String origin) {
    SortedSet<String> notes = new TreeSet<>();
    Conversation conversation =
        rules.apply(row.turns(), notes::add).requireImages(row.images().size());
    if (conversation.imageTokens() > 1) {
      notes.add("<image> repeated, of which the first counts");
    }
    row.unread().forEach(key -> notes.add("key " + shortened(key) + " not read"));
    return new SourceExample(
        id, row.language(), row.images().stream().findFirst(), conversation, origin, notes);
  }

  static Reject broken(String origin, String problem) {
    return new Reject(origin, "", RejectReason.BROKEN_ROW, "Cannot read row: " + problem);
  }

  /** In one line, as a note has to be. */
  private static String shortened(String key) {
    String line = key.replaceAll("\\R", " ");
    return line.length() > LONGEST_KEY ? line.substring(0, LONGEST_KEY) + "..." : line;
  }

  private static String kind(JsonNode node) {
    return switch (node.getNodeType()) {
      case STRING -> "a text";
      case ARRAY -> "a list";
      default -> node.toString();
    };
  }
}
