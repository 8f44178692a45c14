package parrot.jobs.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import parrot.datasets.conversation.ByteTokenizer;

/** One token is one byte here, so that characters come in pieces. */
final class AnswerTextTest {
  private static List<String> told(String answer, String... stops) {
    AnswerText text = new AnswerText(new ByteTokenizer(), List.of(stops));
    List<String> told = new ArrayList<>();
    for (byte token : answer.getBytes(StandardCharsets.UTF_8)) {
      boolean ended = text.add(token & 255);
      told.add(text.certain());
      if (ended) {
        break;
      }
    }
    told.add(text.whole().substring(String.join("", told).length()));
    return told.stream().filter(part -> !part.isEmpty()).toList();
  }

  @Test
  void tellsWholeCharactersAlone() {
    assertThat(told("a红🔴я")).containsExactly("a", "红", "🔴", "я");
  }

  @Test
  void leavesOutWhiteSpaceAroundTheAnswer() {
    assertThat(told("  two  words \n")).containsExactly("t", "w", "o", "  w", "o", "r", "d", "s");
  }

  @Test
  void holdsBackWhatMayBecomeAStopText() {
    assertThat(told("ab##c###d", "###")).containsExactly("a", "b", "##c");
    assertThat(told("a##", "###")).containsExactly("a", "##");
  }

  @Test
  void holdsBackAStopTextThatIsCutInsideACharacter() {
    assertThat(told("ab###✅", "###✅")).containsExactly("a", "b");
    assertThat(told("ab###红", "###✅")).containsExactly("a", "b", "###红");
  }

  @Test
  void endsAtTheFirstOfSeveralStopTexts() {
    assertThat(String.join("", told("one. two\nthree", "\n", ". "))).isEqualTo("one");
  }
}
