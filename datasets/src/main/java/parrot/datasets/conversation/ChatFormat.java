package parrot.datasets.conversation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * The chat format of Qwen, with the label mask of published Parrot (its {@code
 * conversation_formatter}): each turn is {@code <|im_start|>role}, a line break, the text, and
 * {@code <|im_end|>}; a line break follows every turn but the last.
 *
 * <p>Each turn is tokenized by itself, and in it each stretch between image tokens. Of an answer
 * everything after its header is supervised: the text, {@code <|im_end|>}, and the line break where
 * another turn follows.
 */
public final class ChatFormat {
  /** Where the image goes, in text. */
  public static final String IMAGE = "<image>";

  /** Where the image goes, among token ids. */
  public static final int IMAGE_ID = -200;

  /** The label of a token that is not supervised. */
  public static final int IGNORE = -100;

  /** What stands in the system turn of a conversation that brings none. */
  static final String DEFAULT_SYSTEM_PROMPT = "You are a helpful assistant.";

  /** How the control tokens of most models are written, whether or not the tokenizer has them. */
  private static final Pattern OTHERS = Pattern.compile("<\\|[^\\s|<>]+\\|>");

  private ChatFormat() {}

  /** Formats a conversation for training; control tokens in its texts are text. */
  public static FormattedConversation format(Conversation conversation, TextTokenizer tokenizer) {
    return format(conversation, tokenizer, ControlTokens.TEXT);
  }

  /** Formats a conversation for training. */
  public static FormattedConversation format(
      Conversation conversation, TextTokenizer tokenizer, ControlTokens controlTokens) {
    return format(conversation.turns(), tokenizer, controlTokens, false);
  }

  /**
   * Formats turns as the published code does, whether or not they make a conversation to train on.
   */
  public static FormattedConversation format(List<Turn> turns, TextTokenizer tokenizer) {
    return format(turns, tokenizer, ControlTokens.IDS, false);
  }

  /**
   * Whether a text of the conversation spells out a control token, of this tokenizer or another, or
   * the image's outside of a question.
   */
  public static boolean hasControlToken(Conversation conversation, TextTokenizer tokenizer) {
    return conversation.turns().stream()
        .anyMatch(turn -> hasControlToken(turn, tokenizer) || OTHERS.matcher(turn.value()).find());
  }

  private static boolean hasControlToken(Turn turn, TextTokenizer tokenizer) {
    String text = turn.value();
    return turn.role() == Role.HUMAN
        ? tokenizer.hasControlToken(text.replace(IMAGE, ""))
        : tokenizer.hasControlToken(text) || text.contains(IMAGE);
  }

  /**
   * Formats a question to be answered: the prompt ends where the answer begins, and nothing is
   * supervised.
   */
  public static FormattedConversation formatQuery(String query, TextTokenizer tokenizer) {
    return formatQuery(List.of(Turn.human(query)), tokenizer);
  }

  /**
   * The same with what was said before.
   *
   * @param turns the last one is the question
   */
  public static FormattedConversation formatQuery(List<Turn> turns, TextTokenizer tokenizer) {
    List<Turn> open = new ArrayList<>(turns);
    open.add(Turn.gpt(""));
    return format(open, tokenizer, ControlTokens.TEXT, true);
  }

  /**
   * The ids that follow those of {@link #formatQuery} if this is the answer, with what ends its
   * turn: what training supervises.
   */
  public static int[] formatAnswer(String answer, TextTokenizer tokenizer) {
    int[] labels = format(List.of(Turn.gpt(answer)), tokenizer, ControlTokens.TEXT, false).labels();
    return Arrays.stream(labels).filter(label -> label != IGNORE).toArray();
  }

  /** A question about an image, as published Parrot asks it: the image, then the text. */
  public static String queryWithImage(String text) {
    return IMAGE + "\n" + text;
  }

  private static FormattedConversation format(
      List<Turn> given, TextTokenizer tokenizer, ControlTokens controlTokens, boolean openEnded) {
    List<Turn> turns = new ArrayList<>(given);
    if (turns.isEmpty() || turns.get(0).role() != Role.SYSTEM) {
      turns.add(0, new Turn(Role.SYSTEM, DEFAULT_SYSTEM_PROMPT));
    }
    int answerHeader = tokenizer.encode(header(Role.GPT)).length;
    StringBuilder prompt = new StringBuilder();
    Ids inputIds = new Ids();
    Ids labels = new Ids();
    for (int i = 0; i < turns.size(); i++) {
      boolean last = i == turns.size() - 1;
      Turn turn = turns.get(i);
      String end = (last && openEnded ? "" : TextTokenizer.END_OF_TURN) + (last ? "" : "\n");
      prompt.append(header(turn.role())).append(turn.value()).append(end);
      int[] ids =
          controlTokens == ControlTokens.TEXT && hasControlToken(turn, tokenizer)
              ? encodeAsText(turn, end, tokenizer)
              : encode(turn.role(), header(turn.role()) + turn.value() + end, tokenizer::encode);
      inputIds.add(ids);
      int[] mask = ids.clone();
      Arrays.fill(
          mask,
          0,
          turn.role() == Role.GPT ? Math.min(answerHeader, ids.length) : ids.length,
          IGNORE);
      labels.add(mask);
    }
    return new FormattedConversation(prompt.toString(), inputIds.toArray(), labels.toArray());
  }

  /** Tokenizes a turn between its markers without looking for control tokens. */
  private static int[] encodeAsText(Turn turn, String end, TextTokenizer tokenizer) {
    Ids ids = new Ids();
    ids.add(tokenizer.encode(TextTokenizer.START_OF_TURN));
    String text = name(turn.role()) + "\n" + turn.value();
    ids.add(encode(turn.role(), text, tokenizer::encodeText));
    ids.add(tokenizer.encode(end));
    return ids.toArray();
  }

  /** Tokenizes a text; in a question the stretches between image tokens apart from each other. */
  private static int[] encode(Role role, String text, Function<String, int[]> encoder) {
    int at = role == Role.HUMAN ? text.indexOf(IMAGE) : -1;
    if (at < 0) {
      return encoder.apply(text);
    }
    Ids ids = new Ids();
    int begin = 0;
    while (at >= 0) {
      ids.add(encoder.apply(text.substring(begin, at)));
      ids.add(IMAGE_ID);
      begin = at + IMAGE.length();
      at = text.indexOf(IMAGE, begin);
    }
    ids.add(encoder.apply(text.substring(begin)));
    return ids.toArray();
  }

  private static String header(Role role) {
    return TextTokenizer.START_OF_TURN + name(role) + "\n";
  }

  private static String name(Role role) {
    return switch (role) {
      case SYSTEM -> "system";
      case HUMAN -> "user";
      case GPT -> "assistant";
    };
  }

  /** A growing array of ids. */
  private static final class Ids {
    private int[] values = new int[256];
    private int size;

    void add(int... more) {
      if (size + more.length > values.length) {
        values = Arrays.copyOf(values, Math.max(2 * values.length, size + more.length));
      }
      System.arraycopy(more, 0, values, size, more.length);
      size += more.length;
    }

    int[] toArray() {
      return Arrays.copyOf(values, size);
    }
  }
}
