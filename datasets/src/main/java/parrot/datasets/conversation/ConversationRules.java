package parrot.datasets.conversation;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * What is done with turns that do not alternate between question and answer. Data sets and trainers
 * differ in this.
 */
public record ConversationRules(Turns turns, LastQuestion lastQuestion) implements Serializable {
  /** As the published code does, whose losses a run is compared with. */
  public static final ConversationRules PUBLISHED =
      new ConversationRules(Turns.PUBLISHED, LastQuestion.TRIM);

  /** An answer before the first question, a role twice in a row, a system turn after the first. */
  public enum Turns {
    /** Each turn stays as it is; every answer is learned. */
    PUBLISHED,
    /** Answers before the first question are left out, the others become one turn. */
    MERGE,
    /** The row is rejected. */
    REJECT
  }

  /** A last question without an answer. */
  public enum LastQuestion {
    /** It is left out. */
    TRIM,
    /** The row is rejected. */
    REJECT
  }

  /**
   * The conversation that can be trained on.
   *
   * @param notes takes, in a few words, each thing that was changed or is unusual
   * @throws UnusableConversationException if there is none
   */
  public Conversation apply(List<Turn> given, Consumer<String> notes) {
    requireAnswer(given);
    boolean usual = alternates(given);
    if (!usual && turns == Turns.REJECT) {
      throw notAlternating(given);
    }
    List<Turn> answered = untilLastAnswer(given, notes);
    if (usual) {
      return new Conversation(answered);
    }
    if (turns == Turns.MERGE) {
      notes.accept("turns merged that do not alternate");
      return new Conversation(merged(answered));
    }
    notes.accept("turns that do not alternate, kept as they are");
    return new Conversation(answered);
  }

  private static void requireAnswer(List<Turn> turns) {
    if (turns.isEmpty()) {
      throw new UnusableConversationException(
          ConversationProblem.EMPTY, "Cannot use conversation: it has no turns");
    }
    if (turns.stream().noneMatch(turn -> turn.role() == Role.GPT)) {
      throw new UnusableConversationException(
          ConversationProblem.NO_ANSWER,
          "Cannot use conversation: no turn is from gpt, so there is no answer to learn");
    }
  }

  private static boolean alternates(List<Turn> turns) {
    return firstUnexpected(turns) == turns.size();
  }

  /** Index of the first turn that does not follow the one before it; the size if all do. */
  private static int firstUnexpected(List<Turn> turns) {
    int first = turns.get(0).role() == Role.SYSTEM ? 1 : 0;
    int at = first;
    while (at < turns.size() && turns.get(at).role() == expected(at - first)) {
      at++;
    }
    return at;
  }

  private static Role expected(int turn) {
    return turn % 2 == 0 ? Role.HUMAN : Role.GPT;
  }

  private static UnusableConversationException notAlternating(List<Turn> turns) {
    int at = firstUnexpected(turns);
    int first = turns.get(0).role() == Role.SYSTEM ? 1 : 0;
    return new UnusableConversationException(
        ConversationProblem.NOT_ALTERNATING,
        "Cannot use conversation: turn %d is from %s (expected %s; questions and answers must alternate)"
            .formatted(at + 1, turns.get(at).role().tag(), expected(at - first).tag()));
  }

  private List<Turn> untilLastAnswer(List<Turn> turns, Consumer<String> notes) {
    int end = turns.size();
    while (turns.get(end - 1).role() != Role.GPT) {
      end--;
    }
    if (end == turns.size()) {
      return turns;
    }
    if (lastQuestion == LastQuestion.REJECT) {
      throw unanswered(turns.size(), "");
    }
    if (holdImage(turns.subList(end, turns.size())) && !holdImage(turns.subList(0, end))) {
      throw unanswered(turns.size(), " and is the only one about the image");
    }
    notes.accept("last question without an answer, left out");
    return turns.subList(0, end);
  }

  private static boolean holdImage(List<Turn> turns) {
    return turns.stream().anyMatch(Conversation::isAboutImage);
  }

  private static UnusableConversationException unanswered(int turn, String more) {
    return new UnusableConversationException(
        ConversationProblem.NO_ANSWER,
        "Cannot use conversation: turn %d, the last question, has no answer%s"
            .formatted(turn, more));
  }

  private static List<Turn> merged(List<Turn> turns) {
    List<Turn> merged = new ArrayList<>();
    turns.stream().filter(turn -> turn.role() == Role.SYSTEM).forEach(turn -> add(merged, turn));
    boolean asked = false;
    for (Turn turn : turns) {
      asked |= turn.role() == Role.HUMAN;
      if (asked && turn.role() != Role.SYSTEM) {
        add(merged, turn);
      }
    }
    return merged;
  }

  private static void add(List<Turn> merged, Turn turn) {
    int last = merged.size() - 1;
    if (last >= 0 && merged.get(last).role() == turn.role()) {
      merged.set(last, new Turn(turn.role(), merged.get(last).value() + "\n" + turn.value()));
    } else {
      merged.add(turn);
    }
  }
}
