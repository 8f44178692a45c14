package parrot.datasets.record;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import parrot.datasets.DataException;
import parrot.datasets.conversation.ConversationProblem;
import parrot.datasets.conversation.Role;
import parrot.datasets.conversation.Turn;
import parrot.datasets.conversation.UnusableConversationException;

/**
 * Reads rows of one format. A field that would change what is learned and is not read makes the row
 * unusable; other fields that are not read are named.
 */
public final class RecordReader {
  private static final List<String> TOOLS = List.of("tools", "functions");
  private static final List<String> INSTRUCTIONS = List.of("instruction", "instructions");

  /** False if an answer is an example of what not to say. */
  private static final List<String> APPROVALS = List.of("label", "kto_tag");

  private static final int SHOWN_KEYS = 12;

  private final RecordFormat format;

  public RecordReader(RecordFormat format) {
    this.format = format;
  }

  /** What a row is called, if it says so. */
  public Optional<String> id(JsonNode row) {
    RecordFields fields = new RecordFields(row);
    return fields
        .key(format.id())
        .map(fields::get)
        .filter(JsonNode::isValueNode)
        .map(JsonNode::asText);
  }

  /**
   * Reads a row.
   *
   * @param row a JSON object
   * @throws UnusableConversationException if it has a speaker that the format does not know, or
   *     brings something that would not be used
   * @throws DataException if a field is missing or of the wrong type
   */
  public RawRecord read(JsonNode row) {
    RecordFields fields = new RecordFields(row);
    fields.ignore(format.ignored());
    fields.ignore(format.id());
    Optional<String> language = fields.text(format.language());
    RecordImages images = new RecordImages(format);
    images.addFieldsOf(fields);
    TurnReader turnReader = new TurnReader(format, images);
    List<Turn> turns = new ArrayList<>(turns(fields, turnReader));
    addSystem(fields, turns);
    refuseUnread(fields, turns);
    List<String> paths = images.distinct();
    UnreadMedia media = new UnreadMedia(paths);
    media.refuseIn(fields.unread());
    media.refuseIn(turnReader.unread());
    media.refuseIn(turns);
    Set<String> unread =
        fields.unread().stream().map(Map.Entry::getKey).collect(Collectors.toSet());
    return new RawRecord(language, paths, List.copyOf(turns), new TreeSet<>(unread));
  }

  private List<Turn> turns(RecordFields fields, TurnReader reader) {
    List<String> keys =
        format.turns().stream().filter(key -> fields.key(List.of(key)).isPresent()).toList();
    if (keys.isEmpty()) {
      return pair(fields, reader);
    }
    String key = keys.get(0);
    for (String other : keys.subList(1, keys.size())) {
      if (!RecordFields.isEmpty(fields.get(other)) && !fields.get(other).equals(fields.get(key))) {
        throw unused(
            "it has two conversations, %s and %s (name one of them as turns in a --format FILE.yaml and the other as ignored)"
                .formatted(key, other));
      }
    }
    return reader.read(key, fields.get(key));
  }

  private List<Turn> pair(RecordFields fields, TurnReader reader) {
    Optional<String> answer = fields.key(format.answer());
    List<String> question =
        format.question().stream().filter(key -> fields.key(List.of(key)).isPresent()).toList();
    if (answer.isEmpty() || question.isEmpty()) {
      throw new DataException(
          "Cannot find the conversation of the row: no key %s (it has %s; name its keys in a --format FILE.yaml)"
              .formatted(format.expected(), keys(fields)));
    }
    List<Turn> turns = new ArrayList<>();
    Optional<String> history = fields.key(format.history());
    if (history.isPresent()) {
      turns.addAll(reader.readPairs(history.get(), fields.get(history.get())));
    }
    String asked =
        question.stream()
            .map(key -> RecordFields.requireText(key, fields.get(key)))
            .filter(text -> !text.isBlank())
            .collect(Collectors.joining("\n"));
    turns.add(Turn.human(asked));
    turns.add(Turn.gpt(RecordFields.requireText(answer.get(), fields.get(answer.get()))));
    return turns;
  }

  private static String keys(RecordFields fields) {
    List<String> keys = fields.all().stream().map(Map.Entry::getKey).toList();
    String shown = keys.stream().limit(SHOWN_KEYS).collect(Collectors.joining(", "));
    return keys.isEmpty() ? "no keys" : shown + (keys.size() > SHOWN_KEYS ? ", ..." : "");
  }

  /** A system text of the row stands where a system turn would. */
  private void addSystem(RecordFields fields, List<Turn> turns) {
    Set<String> texts = new LinkedHashSet<>();
    for (Map.Entry<String, JsonNode> field : fields.unread()) {
      if (format.isSystem(field.getKey())) {
        texts.add(RecordFields.requireText(field.getKey(), fields.get(field.getKey())));
      }
    }
    if (texts.isEmpty()) {
      return;
    }
    boolean spoken = !turns.isEmpty() && turns.get(0).role() == Role.SYSTEM;
    if (spoken && !turns.get(0).value().isBlank()) {
      texts.add(turns.get(0).value());
    }
    if (texts.size() > 1) {
      throw unused(
          "it has %d different system texts (keep one, or name a key as ignored in a --format FILE.yaml)"
              .formatted(texts.size()));
    }
    Turn system = new Turn(Role.SYSTEM, texts.iterator().next());
    if (spoken) {
      turns.set(0, system);
    } else {
      turns.add(0, system);
    }
  }

  private void refuseUnread(RecordFields fields, List<Turn> turns) {
    for (Map.Entry<String, JsonNode> field : fields.unread()) {
      String key = field.getKey();
      JsonNode value = field.getValue();
      if (APPROVALS.contains(key) && value.isBoolean() && !value.booleanValue()) {
        throw unused(key + " is false, so its answer is an example of what not to say; remove it");
      }
      String text = value.asText().strip();
      boolean tools = TOOLS.contains(key) && !text.equals("[]");
      boolean instruction =
          INSTRUCTIONS.contains(key)
              && turns.stream().noneMatch(turn -> turn.value().contains(text));
      if (tools || instruction || format.history().contains(key)) {
        throw unused(
            "the field %s would not be used (put it into the conversation, or name it as system or ignored in a --format FILE.yaml)"
                .formatted(key));
      }
    }
  }

  private static UnusableConversationException unused(String problem) {
    return new UnusableConversationException(
        ConversationProblem.UNUSED_FIELD, "Cannot use row: " + problem);
  }
}
