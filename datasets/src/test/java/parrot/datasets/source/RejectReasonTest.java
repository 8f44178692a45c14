package parrot.datasets.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import parrot.datasets.conversation.ConversationProblem;
import parrot.datasets.image.UnusableImageException;

class RejectReasonTest {
  @Test
  void countsEachProblemOfAConversationByItsName() {
    for (ConversationProblem problem : ConversationProblem.values()) {
      assertThat(RejectReason.of(problem)).hasToString(problem.name());
    }
  }

  @Test
  void countsEachUnusableImageByAReasonOfItsOwn() {
    Set<RejectReason> reasons =
        Arrays.stream(UnusableImageException.Reason.values())
            .map(RejectReason::of)
            .collect(Collectors.toSet());

    assertThat(reasons).hasSameSizeAs(UnusableImageException.Reason.values());
    assertThat(reasons).allMatch(reason -> reason.name().startsWith("PICTURE_"));
  }
}
