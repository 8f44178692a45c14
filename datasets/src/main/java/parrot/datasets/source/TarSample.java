package parrot.datasets.source;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import parrot.datasets.DataException;
import parrot.datasets.conversation.ChatFormat;
import parrot.datasets.image.DataUri;
import parrot.datasets.record.RecordFormat;

/** Neighbouring members of one key: a row in JSON or a caption, with its image. */
final class TarSample {
  /** Two are enough to reject the row. */
  private static final int MOST_IMAGES = 2;

  private static final List<String> OWN_KEYS = List.of("__key__", "__url__", "__local_path__");

  private final String key;
  private final long start;
  private final List<TarMember> members = new ArrayList<>();
  private long end;

  TarSample(String key, long start) {
    this.key = key;
    this.start = start;
  }

  void add(TarMember member, long memberEnd) {
    boolean used =
        member.isJson() || member.isText() || member.isImage() && images().size() < MOST_IMAGES;
    members.add(used ? member : member.withoutContent());
    end = memberEnd;
  }

  String key() {
    return key;
  }

  long start() {
    return start;
  }

  long end() {
    return end;
  }

  private Optional<TarMember> first(Predicate<TarMember> kind) {
    return members.stream().filter(kind).findFirst();
  }

  private List<TarMember> images() {
    return members.stream().filter(TarMember::isImage).toList();
  }

  /** Whether it looks like a row, and not like a file that holds many or none. */
  boolean isRow() {
    return first(TarMember::isText).isPresent()
        || first(TarMember::isJson)
            .filter(
                json ->
                    new String(json.content(), StandardCharsets.UTF_8)
                        .stripLeading()
                        .startsWith("{"))
            .isPresent();
  }

  /** A member that promises rows of its own, if this is none. */
  Optional<String> rowsFile() {
    return isRow()
        ? Optional.empty()
        : first(member -> SourceFiles.promisesRows(member.name())).map(TarMember::name);
  }

  SourceRow row(RowReader reader, String origin) {
    Optional<TarMember> json = first(TarMember::isJson);
    Optional<TarMember> text = first(TarMember::isText);
    if (json.isEmpty() && text.isEmpty()) {
      return RowReader.broken(
          origin,
          "no .json or .txt with the key of %s stands next to it (members of a key must follow each other; tar --sort=name writes them so)"
              .formatted(members.get(0).name()));
    }
    if (members.stream().filter(TarMember::isJson).count() > 1) {
      return RowReader.broken(
          origin, "several .json with the key of %s".formatted(members.get(0).name()));
    }
    Optional<TarMember> partial =
        members.stream().filter(m -> isUsed(m) && !m.isWhole()).findFirst();
    if (partial.isPresent()) {
      return unusable(partial.get(), origin);
    }
    JsonNode tree;
    try {
      tree =
          json.isPresent()
              ? RowJson.parse(json.get().content())
              : RowJson.MAPPER.createObjectNode();
    } catch (DataException e) {
      return RowReader.broken(origin, e.getMessage());
    }
    if (!(tree instanceof ObjectNode row)) {
      return reader.read(tree, origin);
    }
    row.remove(OWN_KEYS);
    RowReader chosen = reader;
    boolean captioned = text.isPresent() && !reader.format().mayHoldConversation(row::has);
    if (captioned) {
      chosen =
          reader.format().turns().isEmpty()
              ? new RowReader(RecordFormat.AUTO, reader.rules(), reader.columns())
              : reader;
      addCaption(row, text.get(), chosen.format());
    }
    complete(row, chosen.format());
    members.stream()
        .filter(
            m ->
                !m.isJson()
                    && !m.isImage()
                    && !(captioned && m == text.get())
                    && !row.has(m.kind()))
        .forEach(unread -> row.put(unread.kind(), unread.name()));
    return chosen.read(row, origin);
  }

  private boolean isUsed(TarMember member) {
    return member.isJson() || member.isText() || images().size() == 1 && member.isImage();
  }

  private static Reject unusable(TarMember member, String origin) {
    String problem =
        member.link()
            ? "is a link (write it with tar --hard-dereference -h)"
            : "has %,d bytes, which is too large".formatted(member.size());
    RejectReason reason =
        !member.isImage()
            ? RejectReason.BROKEN_ROW
            : member.link() ? RejectReason.PICTURE_MISSING : RejectReason.PICTURE_TOO_LARGE;
    return new Reject(
        origin, "", reason, "Cannot read row: the member " + member.name() + " " + problem);
  }

  /** A caption is the answer to an image alone, as in LLaVA's first stage. */
  private void addCaption(ObjectNode row, TarMember text, RecordFormat format) {
    ArrayNode turns = row.putArray(format.turns().get(0));
    String speaker = format.speaker().get(0);
    String said = format.text().get(0);
    turns.addObject().put(speaker, "human").put(said, images().isEmpty() ? "" : ChatFormat.IMAGE);
    String caption = new String(text.content(), StandardCharsets.UTF_8).strip();
    turns.addObject().put(speaker, "gpt").put(said, caption);
  }

  /** Adds the name and the images. */
  private void complete(ObjectNode row, RecordFormat format) {
    if (format.id().stream().noneMatch(row::has)) {
      format.id().stream().findFirst().ifPresent(id -> row.put(id, key));
    }
    List<TarMember> images = images();
    if (images.size() == 1) {
      addImage(row, images.get(0), format);
    } else if (!images.isEmpty()) {
      ArrayNode all = row.putArray(format.images().get(0));
      images.forEach(image -> all.add(image.name()));
    }
  }

  /** The image beside a row is its image, whatever path the row names it by. */
  private static void addImage(ObjectNode row, TarMember member, RecordFormat format) {
    TextNode image =
        TextNode.valueOf(DataUri.ofBase64(Base64.getEncoder().encodeToString(member.content())));
    boolean placed = false;
    for (String turns : format.turns()) {
      placed |= place(row.path(turns), member.name(), image);
    }
    List<String> named = new ArrayList<>();
    row.fieldNames().forEachRemaining(named::add);
    named.removeIf(field -> !format.isImage(field) || row.get(field).size() > 1);
    row.remove(named);
    if (!placed) {
      row.set(named.isEmpty() ? format.images().get(0) : named.get(0), image);
    }
  }

  /** Puts the image in place of its name inside of turns. */
  private static boolean place(JsonNode node, String name, TextNode image) {
    boolean placed = false;
    if (node instanceof ObjectNode object) {
      for (var field : object.properties()) {
        if (field.getValue().isTextual() && isNameOf(field.getValue().textValue(), name)) {
          field.setValue(image);
          placed = true;
        } else {
          placed |= place(field.getValue(), name, image);
        }
      }
    } else if (node.isArray()) {
      for (JsonNode element : node) {
        placed |= place(element, name, image);
      }
    }
    return placed;
  }

  private static boolean isNameOf(String text, String name) {
    return text.equals(name) || text.equals(name.substring(name.lastIndexOf('/') + 1));
  }
}
