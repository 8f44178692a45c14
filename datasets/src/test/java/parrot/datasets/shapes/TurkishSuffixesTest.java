package parrot.datasets.shapes;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import parrot.datasets.shapes.TurkishSuffixes.Word;

class TurkishSuffixesTest {
  @ParameterizedTest
  @CsvSource({
    "daire, dairenin, daireye, dairede, daireden, dairedir",
    "kare, karenin, kareye, karede, kareden, karedir",
    "üçgen, üçgenin, üçgene, üçgende, üçgenden, üçgendir",
    "yıldız, yıldızın, yıldıza, yıldızda, yıldızdan, yıldızdır",
    "haç, haçın, haça, haçta, haçtan, haçtır",
    "sol, solun, sola, solda, soldan, soldur",
    "üst, üstün, üste, üstte, üstten, üsttür",
  })
  void endingsFollowVowelHarmonyAndAssimilate(
      String word,
      String genitive,
      String dative,
      String locative,
      String ablative,
      String copula) {
    assertForms(Word.of(word), genitive, dative, locative, ablative, copula);
  }

  @ParameterizedTest
  @CsvSource({
    "kalp, kalb, kalbin, kalbe, kalpte, kalpten, kalptir",
    "şekil, şekl, şeklin, şekle, şekilde, şekilden, şekildir",
  })
  void stemsChangeBeforeVowels(
      String base,
      String stem,
      String genitive,
      String dative,
      String locative,
      String ablative,
      String copula) {
    assertForms(new Word(base, stem, 'i'), genitive, dative, locative, ablative, copula);
  }

  private static void assertForms(
      Word word, String genitive, String dative, String locative, String ablative, String copula) {
    assertThat(word.genitive()).isEqualTo(genitive);
    assertThat(word.dative()).isEqualTo(dative);
    assertThat(word.locative()).isEqualTo(locative);
    assertThat(word.ablative()).isEqualTo(ablative);
    assertThat(word.copula()).isEqualTo(copula);
  }
}
