package parrot.datasets.record;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import parrot.datasets.conversation.Role;

/**
 * Which keys of a row mean what. Of several keys for one thing, a row may use any. Keys of images
 * and of system texts are compared without regard to case, {@code _} and {@code -}.
 *
 * @param turns the list of turns
 * @param speaker of a turn: who speaks
 * @param text of a turn: what is said, as text or as a list of parts
 * @param roles what the speakers are called, in lower case
 * @param question without a list of turns: texts that together are the question
 * @param answer without a list of turns: the answer
 * @param history without a list of turns: pairs of question and answer before them
 * @param images the image, or a list of at most one
 * @param system the system text
 * @param language a tag
 * @param id any value
 * @param ignored keys that are known to be of no use, whatever they hold
 */
public record RecordFormat(
    List<String> turns,
    List<String> speaker,
    List<String> text,
    Map<String, Role> roles,
    List<String> question,
    List<String> answer,
    List<String> history,
    List<String> images,
    List<String> system,
    List<String> language,
    List<String> id,
    List<String> ignored)
    implements Serializable {
  private static final Map<String, Role> ROLES =
      Map.ofEntries(
          Map.entry("human", Role.HUMAN),
          Map.entry("user", Role.HUMAN),
          Map.entry("gpt", Role.GPT),
          Map.entry("assistant", Role.GPT),
          Map.entry("chatgpt", Role.GPT),
          Map.entry("bing", Role.GPT),
          Map.entry("bard", Role.GPT),
          Map.entry("bot", Role.GPT),
          Map.entry("ai", Role.GPT),
          Map.entry("model", Role.GPT),
          Map.entry("system", Role.SYSTEM),
          Map.entry("developer", Role.SYSTEM));

  private static final List<String> IMAGES =
      List.of(
          "image",
          "images",
          "imagepath",
          "imagepaths",
          "imagefile",
          "imagefiles",
          "imageurl",
          "imageurls",
          "img",
          "imgs",
          "imgpath",
          "imgurl",
          "picture",
          "pictures",
          "picturepath",
          "photo",
          "photos",
          "pic",
          "pics");

  private static final List<String> SYSTEM =
      List.of(
          "system",
          "systemprompt",
          "systemmessage",
          "systeminstruction",
          "systemtext",
          "sysprompt",
          "sys");

  private static final List<String> PAIR_QUESTION = List.of("instruction", "input");
  private static final List<String> PAIR_ANSWER = List.of("output");

  /** Rows in any of the shapes below. */
  public static final RecordFormat AUTO =
      usual(
          List.of("conversations", "messages", "conversation"),
          List.of("from", "role"),
          List.of("value", "content"),
          PAIR_QUESTION,
          PAIR_ANSWER);

  /** LLaVA's {@code conversations} with {@code from} and {@code value}, and {@code image}. */
  public static final RecordFormat LLAVA =
      new RecordFormat(
          List.of("conversations"),
          List.of("from"),
          List.of("value"),
          Map.of("human", Role.HUMAN, "gpt", Role.GPT, "system", Role.SYSTEM),
          List.of(),
          List.of(),
          List.of(),
          List.of("image"),
          List.of("system"),
          List.of("language"),
          List.of("id"),
          List.of());

  /** As LLaVA's, with the other names of speakers and of images that are in use. */
  public static final RecordFormat SHAREGPT =
      usual(
          List.of("conversations", "conversation"),
          List.of("from"),
          List.of("value"),
          List.of(),
          List.of());

  /** OpenAI's {@code messages} with {@code role} and {@code content}. */
  public static final RecordFormat OPENAI =
      usual(List.of("messages"), List.of("role"), List.of("content"), List.of(), List.of());

  /** Alpaca's {@code instruction}, {@code input} and {@code output}, as LLaMA-Factory reads it. */
  public static final RecordFormat ALPACA =
      usual(List.of(), List.of(), List.of(), PAIR_QUESTION, PAIR_ANSWER);

  private static RecordFormat usual(
      List<String> turns,
      List<String> speaker,
      List<String> text,
      List<String> question,
      List<String> answer) {
    return new RecordFormat(
        turns,
        speaker,
        text,
        ROLES,
        question,
        answer,
        List.of("history"),
        IMAGES,
        SYSTEM,
        List.of("language"),
        List.of("id"),
        List.of());
  }

  /** The formats that have a name. */
  public static Map<String, RecordFormat> named() {
    Map<String, RecordFormat> named = new TreeMap<>();
    named.put("auto", AUTO);
    named.put("llava", LLAVA);
    named.put("sharegpt", SHAREGPT);
    named.put("openai", OPENAI);
    named.put("alpaca", ALPACA);
    return named;
  }

  public RecordFormat {
    turns = List.copyOf(turns);
    speaker = List.copyOf(speaker);
    text = List.copyOf(text);
    roles = new TreeMap<>(roles); // sorted, so that equal formats read alike
    question = List.copyOf(question);
    answer = List.copyOf(answer);
    history = List.copyOf(history);
    images = images.stream().map(RecordFormat::plain).toList();
    system = system.stream().map(RecordFormat::plain).toList();
    language = List.copyOf(language);
    id = List.copyOf(id);
    ignored = List.copyOf(ignored);
  }

  /** Whether a row with these keys may hold a conversation. */
  public boolean mayHoldConversation(Predicate<String> hasKey) {
    return turns.stream().anyMatch(hasKey)
        || question.stream().anyMatch(hasKey) && answer.stream().anyMatch(hasKey);
  }

  /** Whether a field holds images. */
  public boolean isImage(String key) {
    return images.contains(plain(key));
  }

  /** Place of a key among the keys of images. */
  int imageRank(String key) {
    return images.indexOf(plain(key));
  }

  boolean isSystem(String key) {
    return system.contains(plain(key));
  }

  private static String plain(String key) {
    return key.toLowerCase(Locale.ROOT).replace("_", "").replace("-", "");
  }

  /** The keys under which a conversation may stand, for messages. */
  public String expected() {
    List<String> keys = new ArrayList<>(turns);
    if (!question.isEmpty()) {
      keys.add(String.join(" and ", question.get(0), answer.get(0)));
    }
    return String.join(", ", keys);
  }
}
