package parrot.datasets.record;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import parrot.datasets.conversation.ChatFormat;
import parrot.datasets.conversation.ConversationProblem;
import parrot.datasets.conversation.Role;
import parrot.datasets.conversation.Turn;
import parrot.datasets.conversation.UnusableConversationException;
import parrot.datasets.image.DataUri;

/**
 * Finds images, videos and sounds that a row brings and that would not be used, so that it is not
 * trained on as if they were not there. They are known by the name of their key, by a value that is
 * the name of such a file or its content, and by a placeholder that opens or closes a question.
 */
final class UnreadMedia {
  private static final Set<String> IMAGE_WORDS =
      Set.of("image", "img", "picture", "pic", "photo", "photograph", "screenshot");
  private static final Set<String> OTHER_WORDS =
      Set.of("video", "movie", "audio", "sound", "speech", "wav");

  /** What may follow such a word in the name of a key that holds the thing itself. */
  private static final Set<String> TAILS =
      Set.of(
          "path",
          "file",
          "name",
          "filename",
          "url",
          "uri",
          "src",
          "data",
          "bytes",
          "b64",
          "base64",
          "list",
          "content",
          "id",
          "input");

  /** What begins the name of a key that only tells about the thing. */
  private static final Set<String> COUNTS = Set.of("is", "has", "with", "no", "num", "use");

  private static final Pattern NAME = Pattern.compile("\\s?\\S+( \\S+){0,3}\\s?");
  private static final Pattern WORDS = Pattern.compile("[^\\p{L}]+|(?<=\\p{Ll})(?=\\p{Lu})");

  private static final Pattern FILE =
      Pattern.compile(
          "(?i).*\\.(jpe?g|jpe|jfif|png|webp|gif|bmp|tiff?|avif|heic|heif|svg"
              + "|mp4|webm|mkv|avi|mov|m4v|mpe?g|flv|wmv|3gp"
              + "|mp3|wav|flac|ogg|opus|m4a|aac|wma)([?#]\\S*)?");

  private static final Pattern CONTENT = Pattern.compile("(?is)data:(image|video|audio)/.*");

  private static final String KINDS =
      "(image|img|picture|pic|photo|video|audio|speech|sound|vision)";
  private static final Pattern AT_AN_END =
      Pattern.compile(
          "(?!<image>)(?i)[<\\[]\\|? ?"
              + KINDS
              + "[ _-]?(start|here|pad|placeholder|content|token|\\d+)? ?[|/]?[>\\]]");
  private static final Pattern ANYWHERE =
      Pattern.compile("(?i)<img>[^<>]+</img>|<\\|?" + KINDS + "[ _-]?\\d+\\|?>");

  private static final Set<String> KEPT = Set.of("bytes", "has", "is");
  private static final int LONGEST_NAME = 300;

  private final List<String> used;

  /**
   * @param used the images of the row that are used
   */
  UnreadMedia(List<String> used) {
    this.used = used;
  }

  /**
   * Refuses fields that bring something.
   *
   * @throws UnusableConversationException if one does
   */
  void refuseIn(List<Map.Entry<String, JsonNode>> fields) {
    for (Map.Entry<String, JsonNode> field : fields) {
      find(field.getKey(), field.getValue())
          .ifPresent(
              found -> {
                throw refusal(
                    "the field %s names %s, which would not be used (name the key as images or ignored in a --format FILE.yaml, or remove the field)"
                        .formatted(field.getKey(), RecordFields.shown(found)));
              });
    }
  }

  /**
   * Refuses questions that hold a place for something.
   *
   * @throws UnusableConversationException if one does
   */
  void refuseIn(Iterable<Turn> turns) {
    int number = 0;
    for (Turn turn : turns) {
      number++;
      Optional<String> place =
          turn.role() == Role.HUMAN ? placeholder(turn.value().strip()) : Optional.empty();
      if (place.isPresent()) {
        throw refusal(
            "turn %d holds %s, a place for something that is not read (only <image> is known, with the field image)"
                .formatted(number, RecordFields.shown(place.get())));
      }
    }
  }

  /**
   * A path in tags, a number, or a placeholder at one of the ends, which is how tools write them.
   */
  private Optional<String> placeholder(String question) {
    // An image whose token is spelled in another way is told by its missing token.
    boolean spelledOtherwise = !used.isEmpty() && !question.contains(ChatFormat.IMAGE);
    Matcher place = ANYWHERE.matcher(question);
    for (int at = question.indexOf('<'); at >= 0; at = question.indexOf('<', at + 1)) {
      boolean found = place.region(at, question.length()).lookingAt();
      if (found && !(spelledOtherwise && place.group(1) != null)) {
        return Optional.of(place.group());
      }
    }
    int last = Math.max(question.lastIndexOf('<'), question.lastIndexOf('['));
    if (last < 0 || spelledOtherwise) {
      return Optional.empty();
    }
    place.usePattern(AT_AN_END);
    return place.region(0, question.length()).lookingAt()
            || place.region(last, question.length()).matches()
        ? Optional.of(place.group())
        : Optional.empty();
  }

  private static UnusableConversationException refusal(String problem) {
    return new UnusableConversationException(
        ConversationProblem.OTHER_MEDIA, "Cannot use row: " + problem);
  }

  /** What a field brings, if it brings something that is not used. */
  private Optional<String> find(String key, JsonNode value) {
    List<String> words = words(key);
    boolean other = isNamed(words, OTHER_WORDS) && !isId(words);
    if (value.isContainerNode() && other && !RecordFields.isEmpty(value)) {
      return Optional.of(key);
    }
    if (value.isObject()) {
      return inside(key, value);
    }
    if (value.isArray()) {
      for (JsonNode element : value) {
        Optional<String> found = find(key, element);
        if (found.isPresent()) {
          return found;
        }
      }
      return Optional.empty();
    }
    if (RecordFields.isEmpty(value) || value.isBoolean()) {
      return Optional.empty();
    }
    String text = value.asText();
    boolean named =
        value.isTextual()
            ? isName(text) && (other || isImage(words))
            : isId(words) && isImage(words);
    boolean known = CONTENT.matcher(text).matches() || !DataUri.ofText(text).equals(text);
    boolean file = isName(text) && FILE.matcher(text).matches();
    return (named || known || file) && !isUsed(text, words) ? Optional.of(text) : Optional.empty();
  }

  private Optional<String> inside(String key, JsonNode object) {
    JsonNode bytes = object.path("bytes");
    if (object.has("path") && (bytes.isTextual() || bytes.isBinary())) {
      return Optional.of(key);
    }
    for (Map.Entry<String, JsonNode> field : object.properties()) {
      String name = TAILS.contains(field.getKey()) ? key + "_" + field.getKey() : field.getKey();
      Optional<String> found = find(name, field.getValue());
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  /** An image that is used may be named again, by another path or where it came from. */
  private boolean isUsed(String text, List<String> words) {
    return !used.isEmpty()
        && !isNamed(words, OTHER_WORDS)
        && (RecordImages.isAddress(text)
            || used.stream().anyMatch(image -> RecordImages.isSame(image, text)));
  }

  /** Beside an image that is used, what describes it has such names, too. */
  private boolean isImage(List<String> words) {
    return isNamed(words, IMAGE_WORDS)
        && (used.isEmpty() || IMAGE_WORDS.contains(words.get(words.size() - 1)));
  }

  /** Whether a text may name something: it is no prose. */
  private static boolean isName(String text) {
    return text.length() <= LONGEST_NAME
        ? NAME.matcher(text).matches()
        : text.chars().noneMatch(Character::isWhitespace);
  }

  private static boolean isNamed(List<String> words, Set<String> kinds) {
    if (!words.isEmpty() && COUNTS.contains(words.get(0))) {
      return false;
    }
    int last = words.size() - 1;
    while (last > 0 && TAILS.contains(words.get(last))) {
      last--;
    }
    return last >= 0 && kinds.contains(words.get(last));
  }

  private static boolean isId(List<String> words) {
    return !words.isEmpty() && words.get(words.size() - 1).equals("id");
  }

  private static List<String> words(String key) {
    List<String> words = new ArrayList<>();
    for (String word : WORDS.split(key)) {
      String lower = word.toLowerCase(Locale.ROOT);
      if (!lower.isEmpty()) {
        boolean plural = lower.length() > 2 && lower.endsWith("s") && !lower.endsWith("ss");
        words.add(plural && !KEPT.contains(lower) ? lower.substring(0, lower.length() - 1) : lower);
      }
    }
    return words;
  }
}
