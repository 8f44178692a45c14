package parrot.jobs.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import parrot.datasets.conversation.Role;
import parrot.datasets.conversation.Turn;
import parrot.model.generate.Sampling;

final class QueryTest {
  private static final byte[] IMAGE = {1};

  private static List<Turn> shown(byte[] image, Turn... turns) {
    return new Query(List.of(turns), image, Sampling.GREEDY, List.of()).shown();
  }

  @Test
  void theImageComesBeforeTheFirstQuestionAndNowhereElse() {
    assertThat(
            shown(
                IMAGE,
                new Turn(Role.SYSTEM, "Be brief."),
                Turn.human("What is <image> this?"),
                Turn.gpt("A cat."),
                Turn.human("<image>\nAnd its colour?")))
        .containsExactly(
            new Turn(Role.SYSTEM, "Be brief."),
            Turn.human("<image>\nWhat is  this?"),
            Turn.gpt("A cat."),
            Turn.human("And its colour?"));
  }

  @Test
  void withoutAnImageThereIsNoPlaceForOne() {
    assertThat(shown(null, Turn.human("<image>\nWhat is this?")))
        .containsExactly(Turn.human("What is this?"));
    assertThat(shown(null, Turn.human(" two  spaces ")))
        .containsExactly(Turn.human(" two  spaces "));
  }
}
