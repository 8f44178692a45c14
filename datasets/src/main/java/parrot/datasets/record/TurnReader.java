package parrot.datasets.record;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import parrot.datasets.conversation.ChatFormat;
import parrot.datasets.conversation.ConversationProblem;
import parrot.datasets.conversation.Role;
import parrot.datasets.conversation.Turn;
import parrot.datasets.conversation.UnusableConversationException;

/** Reads the turns of one row, and gives the images in them to the row's. */
final class TurnReader {
  private static final List<String> TEXT_PARTS = List.of("text", "input_text", "output_text");
  private static final List<String> IMAGE_PARTS =
      List.of("image", "image_url", "input_image", "img", "image_file");
  private static final List<String> MEDIA_PARTS =
      List.of("video", "video_url", "audio", "audio_url", "input_audio", "file", "input_file");
  private static final List<String> CALLS = List.of("tool_calls", "function_call");

  /** Fields of a turn by which trainers leave an answer out of the loss. */
  private static final List<String> WEIGHTS = List.of("weight", "loss", "loss_mask", "train");

  private final RecordFormat format;
  private final RecordImages images;
  private final List<Map.Entry<String, JsonNode>> unread = new ArrayList<>();

  TurnReader(RecordFormat format, RecordImages images) {
    this.format = format;
    this.images = images;
  }

  /** Fields of turns that were not asked for, and hold something. */
  List<Map.Entry<String, JsonNode>> unread() {
    return unread;
  }

  List<Turn> read(String field, JsonNode value) {
    JsonNode list = TurnList.of(value, format);
    if (!list.isArray()) {
      throw RecordFields.badField(
          field,
          "a list of {%s, %s}".formatted(format.speaker().get(0), format.text().get(0)),
          value);
    }
    List<Turn> turns = new ArrayList<>();
    for (JsonNode turn : list) {
      turns.add(turn(new RecordFields(turn), turns.size() + 1));
    }
    return turns;
  }

  /** A list of {@code [question, answer]}. */
  List<Turn> readPairs(String field, JsonNode list) {
    List<Turn> turns = new ArrayList<>();
    for (JsonNode pair : list) {
      if (pair.size() != 2 || !pair.path(0).isTextual() || !pair.path(1).isTextual()) {
        throw RecordFields.badField(field, "a list of [question, answer]", pair);
      }
      turns.add(Turn.human(pair.get(0).textValue()));
      turns.add(Turn.gpt(pair.get(1).textValue()));
    }
    return turns;
  }

  private Turn turn(RecordFields turn, int number) {
    String speaker = turn.key(format.speaker()).orElse(format.speaker().get(0));
    Role role =
        role(RecordFields.requireText(speaker + " of turn " + number, turn.get(speaker)), number);
    refuseUnused(turn, number);
    String key = turn.key(format.text()).orElse(format.text().get(0));
    JsonNode value = turn.get(key);
    String field = key + " of turn " + number;
    String said =
        value.isArray()
            ? parts(field, value, role, number)
            : RecordFields.requireText(field, value);
    images.addFieldsOf(turn);
    unread.addAll(turn.unread());
    return new Turn(role, said);
  }

  private Role role(String speaker, int number) {
    Role role = format.roles().get(speaker.strip().toLowerCase(Locale.ROOT));
    if (role == null) {
      throw new UnusableConversationException(
          ConversationProblem.UNKNOWN_ROLE,
          "Cannot use conversation: turn %d: Invalid role: %s (must be one of %s)"
              .formatted(
                  number, RecordFields.shown(speaker), String.join(", ", format.roles().keySet())));
    }
    return role;
  }

  private static void refuseUnused(RecordFields turn, int number) {
    Optional<String> call =
        CALLS.stream().filter(key -> !RecordFields.isEmpty(turn.get(key))).findFirst();
    if (call.isPresent()) {
      throw new UnusableConversationException(
          ConversationProblem.UNUSED_FIELD,
          "Cannot use conversation: turn %d has %s, and calls of tools are not learned (remove the row)"
              .formatted(number, call.get()));
    }
    for (String key : WEIGHTS) {
      JsonNode value = turn.get(key);
      if (value.isBoolean() && !value.booleanValue()
          || value.isNumber() && value.doubleValue() == 0) {
        throw new UnusableConversationException(
            ConversationProblem.UNUSED_FIELD,
            "Cannot use conversation: turn %d says %s: %s, and an answer cannot be left out of the loss (remove the turn or the field)"
                .formatted(number, key, value));
      }
    }
  }

  /** Texts and images in the order of the parts, a line break between them. */
  private String parts(String field, JsonNode parts, Role role, int number) {
    List<String> texts = new ArrayList<>();
    for (JsonNode part : parts) {
      String type = type(part);
      if (part.isTextual()) {
        texts.add(part.textValue());
      } else if (TEXT_PARTS.contains(type)) {
        texts.add(RecordFields.requireText("text of " + field, part.path("text")));
      } else if (IMAGE_PARTS.contains(type)) {
        if (role != Role.HUMAN) {
          throw new UnusableConversationException(
              ConversationProblem.IMAGE_TOKEN_MISPLACED,
              "Cannot use conversation: turn %d, from %s, holds an image (an image can only stand in a question)"
                  .formatted(number, role.tag()));
        }
        images.add(ImageValues.ofPart(field, part));
        texts.add(ChatFormat.IMAGE);
      } else {
        throw new UnusableConversationException(
            MEDIA_PARTS.contains(type)
                ? ConversationProblem.OTHER_MEDIA
                : ConversationProblem.UNUSED_FIELD,
            "Cannot use conversation: turn %d holds a part of type %s (expected text or image)"
                .formatted(number, type.isEmpty() ? RecordFields.kind(part) : type));
      }
    }
    return String.join("\n", texts);
  }

  /** The type of a part; if it does not say, the one key of a part that it has. */
  private static String type(JsonNode part) {
    if (part.path("type").isTextual()) {
      return part.path("type").textValue();
    }
    List<String> kinds = new ArrayList<>(TEXT_PARTS);
    kinds.addAll(IMAGE_PARTS);
    kinds.addAll(MEDIA_PARTS);
    return kinds.stream()
        .filter(key -> !RecordFields.isEmpty(part.path(key)))
        .findFirst()
        .orElse("");
  }
}
