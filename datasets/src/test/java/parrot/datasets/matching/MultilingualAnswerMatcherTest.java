package parrot.datasets.matching;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import parrot.datasets.language.Language;

class MultilingualAnswerMatcherTest {
  private static final Map<Character, String> OPTIONS =
      Map.of('A', "red", 'B', "two birds", 'C', "a kite", 'D', "ﬁsh");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "B",
        "b",
        "(b)",
        "Ｂ",
        "（Ｂ）",
        "B。",
        "\"B\"",
        "答案是B",
        "选B。",
        "Ответ: B",
        "Ответ: В",
        "الإجابة: ب",
        "الإجابة هي B",
        "Cevap: B'dir",
        "A resposta é B.",
        "The answer is B",
        "В небе В",
        "An image of two birds"
      })
  void readsTheSecondOptionHoweverItIsWritten(String prediction) {
    assertThat(MultilingualAnswerMatcher.match(prediction, OPTIONS, Language.EN).option())
        .contains('B');
  }

  @Test
  void takesNoWordForAnOption() {
    assertThat(
            MultilingualAnswerMatcher.match("A kite is in the sky", OPTIONS, Language.EN).option())
        .contains('C');
    assertThat(MultilingualAnswerMatcher.match("A boat", OPTIONS, Language.EN).option()).isEmpty();
    assertThat(MultilingualAnswerMatcher.match("В небе пусто", OPTIONS, Language.EN).option())
        .isEmpty();
    assertThat(MultilingualAnswerMatcher.match("A: boat", OPTIONS, Language.EN).option())
        .contains('A');
    assertThat(MultilingualAnswerMatcher.match("A", OPTIONS, Language.EN).option()).contains('A');
  }

  @Test
  void comparesTextsInTheirPlainForms() {
    assertThat(MultilingualAnswerMatcher.match("a fish", OPTIONS, Language.EN).option())
        .contains('D');
  }

  @Test
  void neverGuesses() {
    for (String prediction :
        new String[] {"A or B", "А или B", "A e B", "", "no idea", "Б", "ABC", "B2B"}) {
      assertThat(MultilingualAnswerMatcher.match(prediction, OPTIONS, Language.EN).option())
          .as(prediction)
          .isEmpty();
    }
  }

  @Test
  void takesARefusalForOne() {
    assertThat(MultilingualAnswerMatcher.match("Z", OPTIONS, Language.EN).option())
        .contains(Match.REFUSAL);
    assertThat(
            MultilingualAnswerMatcher.match("Cannot determine the answer: B", OPTIONS, Language.EN)
                .option())
        .contains(Match.REFUSAL);
    assertThat(
            MultilingualAnswerMatcher.match(
                    "Failed to obtain answer via API B", OPTIONS, Language.EN)
                .option())
        .isEmpty();
  }
}
