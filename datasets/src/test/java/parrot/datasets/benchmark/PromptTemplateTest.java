package parrot.datasets.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import parrot.datasets.UsageException;
import parrot.datasets.language.Language;

class PromptTemplateTest {
  private static final BenchmarkItem ITEM = Items.item(3, 'A', "cat $1", "dog");

  @Test
  void fillsItsPlacesAndLeavesOutLinesWithNothingInThem() {
    PromptTemplate template =
        new PromptTemplate("Hint: {hint}\nQ: {question}\n{options}\nSay {letters}.\n");

    assertThat(template.of(ITEM, Language.EN))
        .isEqualTo("Q: Question 3?\nA. cat $1\nB. dog\nSay A, B.");
  }

  @Test
  void canAskAsPublished() {
    assertThat(
            new PromptTemplate("{hint}\n{question}\n{options}\n{instruction}")
                .of(ITEM, Language.PT))
        .isEqualTo(MultipleChoicePrompt.of(ITEM, Language.PT));
  }

  @Test
  void refusesWhatItDoesNotKnow() {
    assertThatThrownBy(() -> new PromptTemplate("{question} {choices}"))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("unknown places [choices] (known are [hint, instruction, letters,");
    assertThatThrownBy(() -> new PromptTemplate("{options}"))
        .hasMessageContaining("no {question} in it");
  }
}
