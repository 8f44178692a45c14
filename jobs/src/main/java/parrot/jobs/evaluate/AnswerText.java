package parrot.jobs.evaluate;

import java.util.ArrayList;
import java.util.List;
import parrot.datasets.conversation.TextTokenizer;

/**
 * The text of an answer as its tokens come, up to a text that ends it, without white space around
 * it.
 */
final class AnswerText {
  /** What a tokenizer gives for the bytes of a character that is not complete. */
  private static final String HALF = "\uFFFD";

  private final TextTokenizer tokenizer;
  private final List<String> stops;
  private final List<Integer> tokens = new ArrayList<>();
  private String text = "";
  private boolean ended;
  private int told;

  AnswerText(TextTokenizer tokenizer, List<String> stops) {
    this.tokenizer = tokenizer;
    this.stops = stops;
  }

  /** Adds a token; returns whether a text that ends the answer is complete. */
  boolean add(int token) {
    tokens.add(token);
    String all = tokenizer.decode(tokens.stream().mapToInt(Integer::intValue).toArray());
    int end = stops.stream().mapToInt(all::indexOf).filter(at -> at >= 0).min().orElse(-1);
    ended = end >= 0;
    text = (ended ? all.substring(0, end) : all);
    return ended;
  }

  /** The whole answer. */
  String whole() {
    return text.strip();
  }

  /**
   * What is certain since the last call: further tokens neither complete its last character, nor
   * make it the start of a text that ends the answer, nor leave white space at its end.
   */
  String certain() {
    String sure = ended ? text : text.substring(0, text.length() - uncertain());
    sure = sure.strip();
    if (sure.length() <= told) {
      return "";
    }
    String news = sure.substring(told);
    told = sure.length();
    return news;
  }

  /** What may start a text that ends the answer, and the half character behind it. */
  private int uncertain() {
    int half = text.length();
    while (half > 0 && text.startsWith(HALF, half - 1)) {
      half--;
    }
    String complete = text.substring(0, half);
    int longest = 0;
    for (String stop : stops) {
      for (int length = Math.min(stop.length() - 1, half); length > longest; length--) {
        if (complete.endsWith(stop.substring(0, length))) {
          longest = length;
        }
      }
    }
    return text.length() - half + longest;
  }
}
