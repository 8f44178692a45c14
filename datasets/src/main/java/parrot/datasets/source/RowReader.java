package parrot.datasets.source;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.Serializable;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
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
 * @param columns keys whose values are kept beside the example
 */
public record RowReader(RecordFormat format, ConversationRules rules, List<String> columns)
    implements Serializable {
  /** Any usual format, and conversations as the published code takes them. */
  public static final RowReader DEFAULT =
      new RowReader(RecordFormat.AUTO, ConversationRules.PUBLISHED);

  private static final int LONGEST_KEY = 40;

  public RowReader {
    columns = List.copyOf(columns);
  }

  /** A reader that keeps no columns. */
  public RowReader(RecordFormat format, ConversationRules rules) {
    this(format, rules, List.of());
  }

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
      return example(reader.read(tree), id, origin, kept(tree));
    } catch (UnusableConversationException e) {
      return new Reject(origin, id, RejectReason.of(e.problem()), e.getMessage());
    } catch (DataException e) {
      return new Reject(origin, id, RejectReason.BAD_FIELD, e.getMessage());
    }
  }

  /** As text; lists and objects as JSON. */
  private SortedMap<String, String> kept(JsonNode tree) {
    SortedMap<String, String> kept = new TreeMap<>();
    for (String column : columns) {
      JsonNode value = tree.path(column);
      if (!value.isMissingNode() && !value.isNull()) {
        kept.put(column, value.isValueNode() ? value.asText() : value.toString());
      }
    }
    return kept;
  }

  private SourceExample example(
      RawRecord row, String id, String origin, SortedMap<String, String> kept) {
    SortedSet<String> notes = new TreeSet<>();
    Conversation conversation =
        rules.apply(row.turns(), notes::add).requireImages(row.images().size());
    if (conversation.imageTokens() > 1) {
      notes.add("<image> repeated, of which the first counts");
    }
    row.unread().stream()
        .filter(key -> !columns.contains(key))
        .forEach(key -> notes.add("key " + shortened(key) + " not read"));
    columns.stream()
        .filter(column -> !kept.containsKey(column))
        .forEach(column -> notes.add(withoutColumn(column)));
    return new SourceExample(
        id, row.language(), row.images().stream().findFirst(), conversation, origin, notes, kept);
  }

  /** The note of rows that have no value in a column that was asked for. */
  public static String withoutColumn(String column) {
    return "no value in column " + column;
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
