package parrot.datasets.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import parrot.datasets.language.Language;
import parrot.datasets.matching.Match;

/** Yes or no in an answer; {@code -} is neither. */
class YesNoTest {
  @ParameterizedTest
  @CsvSource({
    "'Yes', Y",
    "'No, there is none.', N",
    "'yes.', Y",
    "'Yes and no', -",
    "'No, no: yes', -",
    "'Nothing is yesterday', -",
    "'', -",
    "'да', -"
  })
  void thePublishedRulesWantOneOfTheTwoEnglishWords(String answer, String option) {
    assertThat(read(answer, MatchingRule.PUBLISHED_2024, "ru")).isEqualTo(option);
    assertThat(read(answer, MatchingRule.VLMEVALKIT_2025, "ru")).isEqualTo(option);
  }

  @ParameterizedTest
  @CsvSource({
    "en, 'No, there is no dog. Yes, there is a cat.', N",
    "en, 'There is no yes here', -",
    "en, '<think>No? Yes? No.</think> Yes', Y",
    "zh, '是的，图中有一只猫。', Y",
    "zh, '没有。', N",
    "zh, '不是', N",
    "pt, 'Sim, há um gato.', Y",
    "pt, 'Não.', N",
    "ar, 'نعم، هناك قطة', Y",
    "ar, 'لا', N",
    "tr, 'Hayır, yok.', N",
    "tr, 'EVET', Y",
    "ru, 'Да, на картинке кот.', Y",
    "ru, 'Нет', N",
    "ru, 'Yes', Y",
    "ru, 'Кот', -"
  })
  void theMultilingualRuleKnowsTheSixLanguages(String language, String answer, String option) {
    assertThat(read(answer, MatchingRule.MULTILINGUAL, language)).isEqualTo(option);
  }

  private static String read(String answer, MatchingRule rule, String language) {
    Match match = YesNo.match(answer, rule, Language.of(language));
    return match.option().map(String::valueOf).orElse("-");
  }
}
