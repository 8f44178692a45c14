package parrot.datasets.conversation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import org.junit.jupiter.api.Test;

class ConversationTest {
  private static final Turn QUESTION = Turn.human("What is it?");
  private static final Turn ANSWER = Turn.gpt("A kite.");

  private static void refused(ConversationProblem problem, String message, Turn... turns) {
    UnusableConversationException e =
        catchThrowableOfType(
            UnusableConversationException.class, () -> new Conversation(List.of(turns)));
    assertThat(e.problem()).isEqualTo(problem);
    assertThat(e).hasMessage(message);
  }

  @Test
  void isQuestionsAndAnswersInTurnAfterAnOptionalSystemTurn() {
    Turn system = new Turn(Role.SYSTEM, "Answer briefly.");
    assertThat(new Conversation(List.of(system, QUESTION, ANSWER, QUESTION, ANSWER)).turns())
        .hasSize(5);
  }

  @Test
  void refusesAConversationWithoutAnAnswer() {
    refused(
        ConversationProblem.NO_ANSWER,
        "Cannot use conversation: no answer follows a question",
        QUESTION);
    refused(
        ConversationProblem.NO_ANSWER,
        "Cannot use conversation: no answer follows a question",
        ANSWER);
  }

  @Test
  void refusesAnAnswerWithoutText() {
    refused(
        ConversationProblem.EMPTY_TURN,
        "Cannot use conversation: turn 2, from gpt, is empty",
        QUESTION,
        Turn.gpt(" \u3000\n"));
  }

  @Test
  void takesTheImageTokenForTextOutsideOfQuestions() {
    Conversation conversation =
        new Conversation(List.of(QUESTION, Turn.gpt("Write <image> in SVG.")));
    assertThat(conversation.hasImageToken()).isFalse();
    assertThat(conversation.requireImages(0).withImageFirst()).isEqualTo(conversation);
  }

  @Test
  void saysThatAnImageStandsInAnAnswerAndNotInAQuestion() {
    Conversation conversation = new Conversation(List.of(QUESTION, Turn.gpt("<image> is it")));
    assertThatThrownBy(() -> conversation.requireImages(1))
        .isInstanceOfSatisfying(
            UnusableConversationException.class,
            e -> assertThat(e.problem()).isEqualTo(ConversationProblem.IMAGE_TOKEN_MISPLACED))
        .hasMessage(
            "Cannot use conversation: turn 2, from gpt, holds <image> (an image can only stand in a question)");
  }

  @Test
  void placesOneImageAtTheFirstOfItsTokens() {
    Conversation conversation =
        new Conversation(
            List.of(
                Turn.human("<image>\n<image>\nWhat is it?"),
                ANSWER,
                Turn.human("<image>\nAnd its colour?"),
                Turn.gpt("Red.")));
    assertThat(conversation.imageTokens()).isEqualTo(3);
    assertThat(conversation.requireImages(1).withImageFirst().turns())
        .extracting(Turn::value)
        .containsExactly("<image>\nWhat is it?", "A kite.", "And its colour?", "Red.");
  }

  @Test
  void refusesAnUnknownRole() {
    assertThatThrownBy(() -> Role.of("assistant"))
        .isInstanceOfSatisfying(
            UnusableConversationException.class,
            e -> assertThat(e.problem()).isEqualTo(ConversationProblem.UNKNOWN_ROLE))
        .hasMessage("Invalid role: assistant (must be one of system, human, gpt)");
  }

  @Test
  void knowsItsRolesByTheirTags() {
    for (Role role : Role.values()) {
      assertThat(Role.of(role.tag())).isEqualTo(role);
    }
  }

  @Test
  void isFineWithoutAnImageIfItHasNoTokenForOne() {
    Conversation textOnly = new Conversation(List.of(QUESTION, ANSWER));
    assertThat(textOnly.requireImages(0)).isSameAs(textOnly);
    assertThat(textOnly.hasImageToken()).isFalse();
  }

  @Test
  void refusesAnImageTokenWithoutAnImage() {
    Conversation conversation =
        new Conversation(List.of(Turn.human("<image>\nWhat is it?"), ANSWER));
    assertThat(conversation.requireImages(1)).isSameAs(conversation);
    assertThatThrownBy(() -> conversation.requireImages(0))
        .isInstanceOfSatisfying(
            UnusableConversationException.class,
            e -> assertThat(e.problem()).isEqualTo(ConversationProblem.IMAGE_TOKEN_WITHOUT_IMAGE))
        .hasMessage(
            "Cannot use conversation: it holds <image> and the row names no image (add the field image, or remove the token)");
  }

  @Test
  void refusesAnImageWithoutAnImageToken() {
    Conversation conversation = new Conversation(List.of(QUESTION, ANSWER));
    assertThatThrownBy(() -> conversation.requireImages(1))
        .isInstanceOfSatisfying(
            UnusableConversationException.class,
            e -> assertThat(e.problem()).isEqualTo(ConversationProblem.IMAGE_WITHOUT_IMAGE_TOKEN))
        .hasMessage(
            "Cannot use conversation: the row names an image and no question holds <image> (add the token, or remove the field image)");
  }

  @Test
  void refusesARowThatNamesSeveralImages() {
    Conversation conversation = new Conversation(List.of(Turn.human("<image> What?"), ANSWER));
    assertThatThrownBy(() -> conversation.requireImages(2))
        .isInstanceOfSatisfying(
            UnusableConversationException.class,
            e -> assertThat(e.problem()).isEqualTo(ConversationProblem.SEVERAL_IMAGES))
        .hasMessageStartingWith("Cannot use conversation: the row names 2 images");
  }

  @Test
  void movesTheImageBeforeTheRestOfItsQuestion() {
    Conversation conversation =
        new Conversation(List.of(Turn.human("  What is it?\u3000<image> \n"), ANSWER));
    assertThat(conversation.withImageFirst().turns().get(0).value())
        .isEqualTo("<image>\nWhat is it?");
  }

  @Test
  void leavesAQuestionThatIsNothingButAnImageWithoutALineBreak() {
    Conversation conversation = new Conversation(List.of(Turn.human("<image>\n"), ANSWER));
    assertThat(conversation.withImageFirst().turns().get(0).value()).isEqualTo("<image>");
  }

  @Test
  void leavesTurnsWithoutAnImageAsTheyAre() {
    Conversation conversation =
        new Conversation(List.of(Turn.human(" What is it? "), Turn.gpt(" A kite. ")));
    assertThat(conversation.withImageFirst()).isEqualTo(conversation);
  }

  @Test
  void tellsItsTextForIdentifyingTheLanguage() {
    Conversation conversation =
        new Conversation(
            List.of(
                new Turn(Role.SYSTEM, "Answer briefly."),
                Turn.human("<image>\nO que é?"),
                Turn.gpt("Uma pipa.")));
    assertThat(conversation.text()).isEqualTo("O que é?\n\nUma pipa.");
  }
}
