package parrot.jobs.serve;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import parrot.datasets.conversation.Role;
import parrot.datasets.conversation.Turn;

/**
 * What was said so far, as a request tells it.
 *
 * @param turns the last one is the question
 * @param image a file, wherever among the questions it is sent
 */
record ChatMessages(List<Turn> turns, Optional<byte[]> image) {

  /**
   * @param messages a JSON array; null if there is none
   * @throws ApiException if the model cannot be asked so
   */
  static ChatMessages read(JsonNode messages) {
    if (messages == null || !messages.isArray() || messages.isEmpty()) {
      throw ApiException.invalid(
          "messages",
          messages == null ? "missing_required_parameter" : "invalid_value",
          "Invalid messages: there are none (must be a list of objects with role and content)");
    }
    Reader reader = new Reader();
    for (int i = 0; i < messages.size(); i++) {
      reader.add(messages.get(i), "messages[" + i + "]", i == 0);
    }
    return reader.end();
  }

  private static final class Reader {
    private final List<Turn> turns = new ArrayList<>();
    private byte[] image;

    void add(JsonNode message, String where, boolean first) {
      Role role = role(message.path("role"), where + ".role");
      if (role == Role.SYSTEM && !first) {
        throw invalid(where, "a system message must be the first");
      }
      JsonNode content = message.path("content");
      String text;
      if (content.isTextual()) {
        text = content.textValue();
      } else if (content.isArray()) {
        text = parts(content, role, where + ".content");
      } else {
        throw invalid(where + ".content", "it must be a text or a list of parts");
      }
      turns.add(new Turn(role, text));
    }

    private static Role role(JsonNode role, String where) {
      return switch (role.asText()) {
        case "system", "developer" -> Role.SYSTEM;
        case "user" -> Role.HUMAN;
        case "assistant" -> Role.GPT;
        default -> throw invalid(where, role + " must be one of system, user, assistant");
      };
    }

    private String parts(JsonNode parts, Role role, String where) {
      List<String> texts = new ArrayList<>();
      for (int i = 0; i < parts.size(); i++) {
        JsonNode part = parts.get(i);
        String here = where + "[" + i + "]";
        String type = part.path("type").asText();
        if (type.equals("text") && part.path("text").isTextual()) {
          texts.add(part.path("text").textValue());
        } else if (type.equals("image_url")) {
          addImage(part.path("image_url"), role, here + ".image_url");
        } else {
          throw invalid(here, "it must be a part of type text, or of type image_url");
        }
      }
      return String.join("\n", texts);
    }

    private void addImage(JsonNode url, Role role, String where) {
      if (role != Role.HUMAN) {
        throw invalid(where, "only a user's message may have an image");
      }
      if (image != null) {
        throw ApiException.invalid(
            where,
            "too_many_images",
            "Invalid " + where + ": a second image (the model takes one in a conversation)");
      }
      JsonNode text = url.isObject() ? url.path("url") : url;
      if (!text.isTextual()) {
        throw invalid(where, "it must be an object with a url");
      }
      image = DataUri.decode(text.textValue(), where + ".url");
    }

    ChatMessages end() {
      Turn last = turns.get(turns.size() - 1);
      if (last.role() != Role.HUMAN) {
        throw invalid("messages", "the last one must be a user's");
      }
      if (last.value().isBlank()) {
        throw invalid("messages", "the last one has no text (must be a question)");
      }
      return new ChatMessages(List.copyOf(turns), Optional.ofNullable(image));
    }

    private static ApiException invalid(String where, String reason) {
      return ApiException.invalid(
          where, "invalid_value", "Invalid %s: %s".formatted(where, reason));
    }
  }
}
