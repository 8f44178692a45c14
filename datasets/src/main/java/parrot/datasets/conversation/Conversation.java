package parrot.datasets.conversation;

import java.util.ArrayList;
import java.util.List;
import parrot.datasets.language.UnicodeText;

/**
 * A conversation that can be trained on: an optional system turn, then questions and answers in
 * turn, the last one answered. The place of its image, if it has one, is the token {@code <image>}
 * in a question.
 *
 * @param turns in order
 */
public record Conversation(List<Turn> turns) {
  /**
   * @throws UnusableConversationException if it cannot be trained on; the exception names the
   *     problem to count it by
   */
  public Conversation {
    turns = List.copyOf(turns);
    if (turns.isEmpty()) {
      throw new UnusableConversationException(
          ConversationProblem.EMPTY, "Cannot use conversation: it has no turns");
    }
    int first = turns.get(0).role() == Role.SYSTEM ? 1 : 0;
    if (turns.stream().noneMatch(turn -> turn.role() == Role.GPT)) {
      throw new UnusableConversationException(
          ConversationProblem.NO_ANSWER,
          "Cannot use conversation: no turn is from gpt, so there is no answer to learn");
    }
    for (int i = first; i < turns.size(); i++) {
      Turn turn = turns.get(i);
      Role expected = (i - first) % 2 == 0 ? Role.HUMAN : Role.GPT;
      if (turn.role() != expected) {
        throw new UnusableConversationException(
            ConversationProblem.NOT_ALTERNATING,
            "Cannot use conversation: turn %d is from %s (expected %s; questions and answers must alternate)"
                .formatted(i + 1, turn.role().tag(), expected.tag()));
      }
      if (UnicodeText.isBlank(turn.value())) {
        throw new UnusableConversationException(
            ConversationProblem.EMPTY_TURN,
            "Cannot use conversation: turn %d, from %s, is empty"
                .formatted(i + 1, turn.role().tag()));
      }
    }
    if (turns.get(turns.size() - 1).role() != Role.GPT) {
      throw new UnusableConversationException(
          ConversationProblem.NO_ANSWER,
          "Cannot use conversation: turn %d, the last question, has no answer"
              .formatted(turns.size()));
    }
    checkImageTokens(turns);
  }

  private static void checkImageTokens(List<Turn> turns) {
    int tokens = 0;
    for (int i = 0; i < turns.size(); i++) {
      Turn turn = turns.get(i);
      int here = count(turn.value());
      if (here > 0 && turn.role() != Role.HUMAN) {
        throw new UnusableConversationException(
            ConversationProblem.IMAGE_TOKEN_MISPLACED,
            "Cannot use conversation: turn %d, from %s, holds %s (an image can only stand in a question)"
                .formatted(i + 1, turn.role().tag(), ChatFormat.IMAGE));
      }
      tokens += here;
    }
    if (tokens > 1) {
      throw new UnusableConversationException(
          ConversationProblem.SEVERAL_IMAGES,
          "Cannot use conversation: %d image tokens (expected at most 1; split it into one row per image)"
              .formatted(tokens));
    }
  }

  /** Whether a question holds the image token. */
  public boolean hasImageToken() {
    return turns.stream().anyMatch(turn -> turn.value().contains(ChatFormat.IMAGE));
  }

  /**
   * Checks that there is an image if and only if there is a token for it. Neither is a text-only
   * conversation, which is fine.
   *
   * @param images images that the row names
   * @return this
   * @throws UnusableConversationException if there is one without the other, or several images
   */
  public Conversation requireImages(int images) {
    if (images > 1) {
      throw new UnusableConversationException(
          ConversationProblem.SEVERAL_IMAGES,
          "Cannot use conversation: the row names %d images (expected at most 1; split it into one row per image)"
              .formatted(images));
    }
    if (images == 0 && hasImageToken()) {
      throw new UnusableConversationException(
          ConversationProblem.IMAGE_TOKEN_WITHOUT_IMAGE,
          "Cannot use conversation: it holds %s and the row names no image (add the field image, or remove the token)"
              .formatted(ChatFormat.IMAGE));
    }
    if (images == 1 && !hasImageToken()) {
      throw new UnusableConversationException(
          ConversationProblem.IMAGE_WITHOUT_IMAGE_TOKEN,
          "Cannot use conversation: the row names an image and no question holds %s (add the token, or remove the field image)"
              .formatted(ChatFormat.IMAGE));
    }
    return this;
  }

  /**
   * With the image before the rest of its question, as published Parrot trains: {@code <image>}, a
   * line break, the question without surrounding whitespace.
   */
  public Conversation withImageFirst() {
    List<Turn> moved = new ArrayList<>(turns.size());
    for (Turn turn : turns) {
      moved.add(
          turn.value().contains(ChatFormat.IMAGE)
              ? new Turn(turn.role(), imageFirst(turn.value()))
              : turn);
    }
    return new Conversation(moved);
  }

  private static String imageFirst(String value) {
    String rest = UnicodeText.strip(value.replace(ChatFormat.IMAGE, ""));
    return UnicodeText.strip(ChatFormat.IMAGE + "\n" + rest);
  }

  /** What was asked and answered, without system turn and image token: for identifying language. */
  public String text() {
    StringBuilder text = new StringBuilder();
    for (Turn turn : turns) {
      if (turn.role() != Role.SYSTEM) {
        text.append(text.length() == 0 ? "" : "\n")
            .append(UnicodeText.strip(turn.value().replace(ChatFormat.IMAGE, "")));
      }
    }
    return text.toString();
  }

  private static int count(String value) {
    int count = 0;
    for (int at = value.indexOf(ChatFormat.IMAGE);
        at >= 0;
        at = value.indexOf(ChatFormat.IMAGE, at + ChatFormat.IMAGE.length())) {
      count++;
    }
    return count;
  }
}
