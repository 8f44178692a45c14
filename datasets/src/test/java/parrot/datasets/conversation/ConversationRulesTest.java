package parrot.datasets.conversation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import parrot.datasets.conversation.ConversationRules.LastQuestion;
import parrot.datasets.conversation.ConversationRules.Turns;

class ConversationRulesTest {
  private static final Turn SYSTEM = new Turn(Role.SYSTEM, "Answer briefly.");
  private static final Turn Q1 = Turn.human("What is it?");
  private static final Turn A1 = Turn.gpt("A kite.");
  private static final Turn Q2 = Turn.human("And its colour?");
  private static final Turn A2 = Turn.gpt("Red.");

  private final List<String> notes = new ArrayList<>();

  private List<Turn> apply(Turns turns, LastQuestion last, Turn... given) {
    notes.clear();
    return new ConversationRules(turns, last).apply(List.of(given), notes::add).turns();
  }

  private List<Turn> published(Turn... given) {
    return apply(Turns.PUBLISHED, LastQuestion.TRIM, given);
  }

  private List<Turn> merged(Turn... given) {
    return apply(Turns.MERGE, LastQuestion.TRIM, given);
  }

  private void refused(ConversationProblem problem, String message, Turn... given) {
    UnusableConversationException e =
        catchThrowableOfType(
            UnusableConversationException.class,
            () -> apply(Turns.REJECT, LastQuestion.REJECT, given));
    assertThat(e).hasMessage(message);
    assertThat(e.problem()).isEqualTo(problem);
  }

  @Test
  void leaveQuestionsAndAnswersInTurnAsTheyAre() {
    for (Turns turns : Turns.values()) {
      assertThat(apply(turns, LastQuestion.REJECT, SYSTEM, Q1, A1, Q2, A2))
          .containsExactly(SYSTEM, Q1, A1, Q2, A2);
      assertThat(notes).isEmpty();
    }
  }

  @Test
  void keepTurnsThatDoNotAlternateAsThePublishedCodeDoes() {
    assertThat(published(A1, Q1, A2)).containsExactly(A1, Q1, A2);
    assertThat(published(Q1, Q2, A1)).containsExactly(Q1, Q2, A1);
    assertThat(published(Q1, A1, A2)).containsExactly(Q1, A1, A2);
    assertThat(published(SYSTEM, SYSTEM, Q1, A1)).containsExactly(SYSTEM, SYSTEM, Q1, A1);
    assertThat(published(Q1, A1, SYSTEM, Q2, A2)).containsExactly(Q1, A1, SYSTEM, Q2, A2);
    assertThat(notes).containsExactly("turns that do not alternate, kept as they are");
  }

  @Test
  void mergeTurnsOfOneRoleAndLeaveOutAnswersBeforeTheFirstQuestion() {
    assertThat(merged(SYSTEM, A1, Q1, A2)).containsExactly(SYSTEM, Q1, A2);
    assertThat(merged(Q1, Q2, A1)).containsExactly(Turn.human("What is it?\nAnd its colour?"), A1);
    assertThat(merged(Q1, A1, A2)).containsExactly(Q1, Turn.gpt("A kite.\nRed."));
    assertThat(merged(Q1, SYSTEM, Q2, A1))
        .containsExactly(SYSTEM, Turn.human("What is it?\nAnd its colour?"), A1);
    assertThat(merged(SYSTEM, Q1, A1, new Turn(Role.SYSTEM, "In rhymes."), Q2, A2).get(0))
        .isEqualTo(new Turn(Role.SYSTEM, "Answer briefly.\nIn rhymes."));
    assertThat(notes).containsExactly("turns merged that do not alternate");
  }

  @Test
  void rejectTurnsThatDoNotAlternateIfAskedTo() {
    refused(
        ConversationProblem.NOT_ALTERNATING,
        "Cannot use conversation: turn 3 is from gpt (expected human; questions and answers must alternate)",
        Q1,
        A1,
        A2);
    refused(
        ConversationProblem.NOT_ALTERNATING,
        "Cannot use conversation: turn 1 is from gpt (expected human; questions and answers must alternate)",
        A1,
        Q1,
        A2);
    refused(
        ConversationProblem.NOT_ALTERNATING,
        "Cannot use conversation: turn 3 is from system (expected human; questions and answers must alternate)",
        Q1,
        A1,
        SYSTEM,
        Q2,
        A2);
  }

  @Test
  void leaveOutALastQuestionWithoutAnAnswerOrRejectIt() {
    assertThat(published(Q1, A1, Q2)).containsExactly(Q1, A1);
    assertThat(notes).containsExactly("last question without an answer, left out");
    assertThat(published(Q1, A1, Q2, SYSTEM)).containsExactly(Q1, A1);
    refused(
        ConversationProblem.NO_ANSWER,
        "Cannot use conversation: turn 3, the last question, has no answer",
        Q1,
        A1,
        Q2);
  }

  @Test
  void rejectALastQuestionThatAloneIsAboutTheImage() {
    UnusableConversationException e =
        catchThrowableOfType(
            UnusableConversationException.class,
            () -> published(Q1, A1, Turn.human("<image> And this?")));
    assertThat(e.problem()).isEqualTo(ConversationProblem.NO_ANSWER);
    assertThat(e)
        .hasMessage(
            "Cannot use conversation: turn 3, the last question, has no answer and is the only one about the image");
  }

  @Test
  void rejectWhatHasNoAnswer() {
    refused(ConversationProblem.EMPTY, "Cannot use conversation: it has no turns");
    refused(
        ConversationProblem.NO_ANSWER,
        "Cannot use conversation: no turn is from gpt, so there is no answer to learn",
        Q1);
    assertThat(catchThrowableOfType(UnusableConversationException.class, () -> published(A1, Q1)))
        .hasMessage("Cannot use conversation: no answer follows a question");
  }
}
