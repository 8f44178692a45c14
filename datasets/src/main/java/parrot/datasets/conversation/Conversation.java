package parrot.datasets.conversation;

import java.util.ArrayList;
import java.util.List;
import parrot.datasets.language.UnicodeText;

/**
 * A conversation that can be trained on: turns with text, the last of them an answer, after at
 * least one question. {@link ConversationRules} says which order of turns is accepted. The place of
 * its image, if it has one, is the first token {@code <image>} in a question; in other turns {@code
 * <image>} is text.
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
    for (int i = 0; i < turns.size(); i++) {
      Turn turn = turns.get(i);
      if (turn.role() != Role.SYSTEM && UnicodeText.isBlank(turn.value())) {
        throw new UnusableConversationException(
            ConversationProblem.EMPTY_TURN,
            "Cannot use conversation: turn %d, from %s, is empty"
                .formatted(i + 1, turn.role().tag()));
      }
    }
    if (turns.stream().noneMatch(turn -> turn.role() == Role.HUMAN)
        || turns.get(turns.size() - 1).role() != Role.GPT) {
      throw new UnusableConversationException(
          ConversationProblem.NO_ANSWER, "Cannot use conversation: no answer follows a question");
    }
  }

  static boolean isAboutImage(Turn turn) {
    return turn.role() == Role.HUMAN && turn.value().contains(ChatFormat.IMAGE);
  }

  /** How often questions hold the image token. */
  public int imageTokens() {
    return turns.stream()
        .filter(Conversation::isAboutImage)
        .mapToInt(turn -> count(turn.value()))
        .sum();
  }

  /** Whether a question holds the image token. */
  public boolean hasImageToken() {
    return turns.stream().anyMatch(Conversation::isAboutImage);
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
      throw withoutToken();
    }
    return this;
  }

  private UnusableConversationException withoutToken() {
    for (int i = 0; i < turns.size(); i++) {
      if (turns.get(i).value().contains(ChatFormat.IMAGE)) {
        return new UnusableConversationException(
            ConversationProblem.IMAGE_TOKEN_MISPLACED,
            "Cannot use conversation: turn %d, from %s, holds %s (an image can only stand in a question)"
                .formatted(i + 1, turns.get(i).role().tag(), ChatFormat.IMAGE));
      }
    }
    return new UnusableConversationException(
        ConversationProblem.IMAGE_WITHOUT_IMAGE_TOKEN,
        "Cannot use conversation: the row names an image and no question holds %s (add the token, or remove the field image)"
            .formatted(ChatFormat.IMAGE));
  }

  /**
   * With the image before the rest of the first question that holds it, as published Parrot trains:
   * {@code <image>}, a line break, the question without surrounding whitespace. Further image
   * tokens are left out.
   */
  public Conversation withImageFirst() {
    List<Turn> moved = new ArrayList<>(turns.size());
    boolean placed = false;
    for (Turn turn : turns) {
      if (!isAboutImage(turn)) {
        moved.add(turn);
        continue;
      }
      String rest = UnicodeText.strip(turn.value().replace(ChatFormat.IMAGE, ""));
      moved.add(Turn.human(placed ? rest : UnicodeText.strip(ChatFormat.IMAGE + "\n" + rest)));
      placed = true;
    }
    return new Conversation(moved);
  }

  /**
   * What was asked and answered, without system turn and image token, in paragraphs: for
   * identifying language.
   */
  public String text() {
    StringBuilder text = new StringBuilder();
    for (Turn turn : turns) {
      if (turn.role() != Role.SYSTEM) {
        text.append(text.length() == 0 ? "" : "\n\n")
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
