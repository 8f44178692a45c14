package parrot.datasets.conversation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

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

  private ChatFormat() {}

  /** Formats a conversation for training. */
  public static FormattedConversation format(Conversation conversation, TextTokenizer tokenizer) {
    return format(conversation.turns(), tokenizer);
  }

  /** Formats turns as they are, whether or not they make a conversation to train on. */
  public static FormattedConversation format(List<Turn> turns, TextTokenizer tokenizer) {
    return format(turns, tokenizer, false);
  }

  /**
   * Formats a question to be answered: the prompt ends where the answer begins, and nothing is
   * supervised.
   */
  public static FormattedConversation formatQuery(String query, TextTokenizer tokenizer) {
    return format(List.of(Turn.human(query), Turn.gpt("")), tokenizer, true);
  }

  /** A question about an image, as published Parrot asks it: the image, then the text. */
  public static String queryWithImage(String text) {
    return IMAGE + "\n" + text;
  }

  private static FormattedConversation format(
      List<Turn> given, TextTokenizer tokenizer, boolean openEnded) {
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
      String text =
          header(turn.role())
              + turn.value()
              + (last && openEnded ? "" : TextTokenizer.END_OF_TURN)
              + (last ? "" : "\n");
      prompt.append(text);
      int[] ids = encode(text, tokenizer);
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

  /** Tokenizes text with image tokens: the stretches between them apart from each other. */
  private static int[] encode(String text, TextTokenizer tokenizer) {
    int at = text.indexOf(IMAGE);
    if (at < 0) {
      return tokenizer.encode(text);
    }
    Ids ids = new Ids();
    int begin = 0;
    while (at >= 0) {
      ids.add(tokenizer.encode(text.substring(begin, at)));
      ids.add(IMAGE_ID);
      begin = at + IMAGE.length();
      at = text.indexOf(IMAGE, begin);
    }
    ids.add(tokenizer.encode(text.substring(begin)));
    return ids.toArray();
  }

  private static String header(Role role) {
    String name =
        switch (role) {
          case SYSTEM -> "system";
          case HUMAN -> "user";
          case GPT -> "assistant";
        };
    return TextTokenizer.START_OF_TURN + name + "\n";
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
