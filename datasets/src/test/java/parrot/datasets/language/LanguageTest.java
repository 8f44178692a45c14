package parrot.datasets.language;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;
import parrot.datasets.DataException;

class LanguageTest {
  @ParameterizedTest
  @FieldSource("parrot.datasets.language.Language#PUBLISHED")
  void isFoundByItsTagAndByItsBenchmarkSuffix(Language language) {
    assertThat(Language.of(language.tag())).isEqualTo(language);
    assertThat(Language.of(language.benchmarkSuffix())).isEqualTo(language);
  }

  @ParameterizedTest
  @CsvSource({
    "en, en-US en_GB EN En eng en-us-x-private en_US.UTF-8 English english 'American English'",
    "zh, zh-CN zh-Hans zh_TW zh-Hant-HK zho chi cmn zh-cmn-Hans CN Chinese 中文 Mandarin",
    "zh, 'Chinese (Simplified)' 'Traditional Chinese' 'Mandarin Chinese'",
    "pt, pt-BR pt_BR PT-pt por Portuguese português Português 'Brazilian Portuguese'",
    "ar, ar-SA ar_EG ara arb Arabic العربية",
    "tr, tr-TR tur Turkish Türkçe",
    "ru, ru-RU rus Russian русский Русский",
    "fr, fr fr-CA fre fra French français",
    "fa, fa fa-IR per fas pes Persian فارسی",
    "he, he iw heb Hebrew",
    "sr, sr sr-Latn sr_Cyrl_RS srp Serbian",
    "yue, yue zh-yue yue-Hant Cantonese",
    "ckb, ckb ckb-IQ",
    "gsw, gsw gsw-CH"
  })
  void isFoundByWhatPeopleDeclare(String tag, String declared) {
    List<String> spellings =
        Pattern.compile("'([^']*)'|(\\S+)")
            .matcher(declared)
            .results()
            .map(found -> found.group(1) != null ? found.group(1) : found.group(2))
            .toList();
    assertThat(spellings).isNotEmpty();
    for (String spelling : spellings) {
      assertThat(Language.of(spelling)).as(spelling).isEqualTo(new Language(tag));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"xx", "5", "klingonese", "en-", "-en", "e", "en us", "1337", "x-private"})
  void refusesWhatNamesNoLanguage(String text) {
    assertThatThrownBy(() -> Language.of(text))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "Invalid language: %s (must be a tag of BCP 47, such as en, pt-BR or zh-Hans, or a language's name)",
            text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "und", "Unknown"})
  void isNotDeclaredByWordsThatSayNothing(String text) {
    assertThat(Language.isDeclared(text)).isFalse();
    assertThat(Language.isDeclared("en" + text)).isTrue();
  }

  @Test
  void isListedAsThePublishedBenchmarkDoesThenByTag() {
    assertThat(
            Stream.of("yue", "fr", "ru", "fro", "de", "en", "zh", "frm").map(Language::of).sorted())
        .extracting(Language::tag)
        .containsExactly("en", "zh", "ru", "de", "fr", "frm", "fro", "yue");
  }

  @ParameterizedTest
  @ValueSource(strings = {"en", "zh", "pt", "ar", "tr", "ru", "fr", "aa", "zza", "yue", "azz"})
  void isFoundByTheNumberThatStandsForIt(String tag) {
    Language language = Language.of(tag);
    assertThat(Language.ofIndex(language.index())).isEqualTo(language);
    assertThat(language.index()).isLessThan(1 << 16);
  }

  @Test
  void hasTheIndexOfItsPlaceIfPublished() {
    assertThat(Language.PUBLISHED).extracting(Language::index).containsExactly(0, 1, 2, 3, 4, 5);
  }

  @Test
  void hasANameInEnglishAndOneOfItsOwn() {
    assertThat(Language.PUBLISHED)
        .extracting(Language::englishName)
        .containsExactly("English", "Chinese", "Portuguese", "Arabic", "Turkish", "Russian");
    assertThat(Language.PUBLISHED)
        .extracting(Language::ownName)
        .containsExactly("English", "中文", "Português", "العربية", "Türkçe", "Русский");
    assertThat(Language.of("fr").ownName()).isEqualTo("Français");
    assertThat(Language.of("qaa").englishName()).isEqualTo("qaa");
  }
}
