package parrot.datasets.source;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import parrot.datasets.DataException;
import parrot.datasets.conversation.Conversation;
import parrot.datasets.conversation.Role;
import parrot.datasets.conversation.Turn;
import parrot.datasets.conversation.UnusableConversationException;

/**
 * One row of LLaVA's JSON: {@code id}, {@code image}, {@code conversations} with {@code from} and
 * {@code value}, and {@code language}, which Parrot adds. Other fields are ignored.
 */
final class LlavaRow {
  private LlavaRow() {}

  static SourceRow parse(byte[] row, String origin) {
    JsonNode tree;
    try {
      tree = RowJson.parse(row);
    } catch (DataException e) {
      return broken(origin, e.getMessage());
    }
    if (!tree.isObject()) {
      String found = tree.isMissingNode() ? "nothing" : kind(tree);
      return broken(origin, "not a JSON object (got " + found + ")");
    }
    JsonNode idNode = tree.path("id");
    String id = idNode.isValueNode() && !idNode.isNull() ? idNode.asText() : origin;
    try {
      Optional<String> language = text(tree, "language");
      List<String> images = images(tree);
      Conversation conversation =
          new Conversation(turns(tree.path("conversations"))).requireImages(images.size());
      return new SourceExample(id, language, images.stream().findFirst(), conversation, origin);
    } catch (UnusableConversationException e) {
      return new Reject(origin, id, RejectReason.of(e.problem()), e.getMessage());
    } catch (DataException e) {
      return new Reject(origin, id, RejectReason.BAD_FIELD, e.getMessage());
    }
  }

  private static Reject broken(String origin, String problem) {
    return new Reject(origin, "", RejectReason.BROKEN_ROW, "Cannot read row: " + problem);
  }

  private static List<String> images(JsonNode tree) {
    JsonNode image = tree.path("image");
    if (!image.isArray()) {
      return text(tree, "image").filter(path -> !path.isEmpty()).stream().toList();
    }
    List<String> paths = new ArrayList<>();
    for (JsonNode one : image) {
      if (!one.isTextual()) {
        throw badField("image", "a path or a list of paths", one);
      }
      paths.add(one.textValue());
    }
    return paths;
  }

  private static List<Turn> turns(JsonNode conversations) {
    if (!conversations.isArray()) {
      throw badField("conversations", "a list of {from, value}", conversations);
    }
    List<Turn> turns = new ArrayList<>();
    for (JsonNode turn : conversations) {
      JsonNode from = turn.path("from");
      JsonNode value = turn.path("value");
      if (!from.isTextual()) {
        throw badField("from of turn " + (turns.size() + 1), "a text", from);
      }
      if (!value.isTextual()) {
        throw badField("value of turn " + (turns.size() + 1), "a text", value);
      }
      turns.add(new Turn(role(from.textValue(), turns.size() + 1), value.textValue()));
    }
    return turns;
  }

  private static Role role(String from, int turn) {
    try {
      return Role.of(from);
    } catch (UnusableConversationException e) {
      throw new UnusableConversationException(
          e.problem(), "Cannot use conversation: turn " + turn + ": " + e.getMessage());
    }
  }

  private static Optional<String> text(JsonNode tree, String field) {
    JsonNode node = tree.path(field);
    if (node.isMissingNode() || node.isNull()) {
      return Optional.empty();
    }
    if (!node.isTextual()) {
      throw badField(field, "a text", node);
    }
    return Optional.of(node.textValue());
  }

  private static DataException badField(String field, String expected, JsonNode found) {
    return new DataException(
        "Invalid field " + field + ": " + kind(found) + " (must be " + expected + ")");
  }

  private static String kind(JsonNode node) {
    return switch (node.getNodeType()) {
      case MISSING -> "absent";
      case STRING -> "a text";
      case ARRAY -> "a list";
      case OBJECT -> "an object";
      default -> node.toString();
    };
  }
}
