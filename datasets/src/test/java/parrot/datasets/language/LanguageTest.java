package parrot.datasets.language;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import parrot.datasets.DataException;

class LanguageTest {
  @ParameterizedTest
  @EnumSource(Language.class)
  void isFoundByItsTagAndByItsBenchmarkSuffix(Language language) {
    assertThat(Language.of(language.tag())).isEqualTo(language);
    assertThat(Language.of(language.benchmarkSuffix())).isEqualTo(language);
  }

  @ParameterizedTest
  @ValueSource(strings = {"cn", "zh", "CN", "Zh"})
  void takesCnAndZhForOneLanguage(String tag) {
    assertThat(Language.of(tag)).isEqualTo(Language.ZH);
  }

  @Test
  void refusesAnUnknownLanguageAndListsTheValidOnes() {
    assertThatThrownBy(() -> Language.of("fr"))
        .isInstanceOf(DataException.class)
        .hasMessage("Invalid language: fr (must be one of en, zh or cn, pt, ar, tr, ru)");
  }
}
