package parrot.datasets.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
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
    assertThat(MultilingualAnswerMatcher.match(prediction, OPTIONS)).contains('B');
  }

  @Test
  void takesNoWordForAnOption() {
    assertThat(MultilingualAnswerMatcher.match("A kite is in the sky", OPTIONS)).contains('C');
    assertThat(MultilingualAnswerMatcher.match("A boat", OPTIONS)).isEmpty();
    assertThat(MultilingualAnswerMatcher.match("В небе пусто", OPTIONS)).isEmpty();
    assertThat(MultilingualAnswerMatcher.match("A: boat", OPTIONS)).contains('A');
    assertThat(MultilingualAnswerMatcher.match("A", OPTIONS)).contains('A');
  }

  @Test
  void comparesTextsInTheirPlainForms() {
    assertThat(MultilingualAnswerMatcher.match("a fish", OPTIONS)).contains('D');
  }

  @Test
  void neverGuesses() {
    for (String prediction :
        new String[] {"A or B", "А или B", "A e B", "", "no idea", "Б", "ABC", "B2B"}) {
      assertThat(MultilingualAnswerMatcher.match(prediction, OPTIONS)).as(prediction).isEmpty();
    }
  }

  @Test
  void takesARefusalForOne() {
    assertThat(MultilingualAnswerMatcher.match("Z", OPTIONS))
        .contains(PublishedAnswerMatcher.REFUSED);
    assertThat(MultilingualAnswerMatcher.match("Cannot determine the answer: B", OPTIONS))
        .contains(PublishedAnswerMatcher.REFUSED);
    assertThat(MultilingualAnswerMatcher.match("Failed to obtain answer via API B", OPTIONS))
        .isEmpty();
  }

  @Test
  void scoresOnlyWhereItIsAskedFor() {
    Map<Language, List<Prediction>> predictions =
        Map.of(Language.ZH, List.of(Prediction.of(Items.item(0, 'B', "x", "y"), "答案是B")));
    assertThat(Scores.of(predictions).score(Metric.PLAIN, Language.ZH))
        .contains(new Score(1, 0, 1, 0, 0));
    assertThat(Scores.of(predictions, MatchingRule.MULTILINGUAL).score(Metric.PLAIN, Language.ZH))
        .contains(new Score(1, 1, 0, 0, 0));
  }
}
