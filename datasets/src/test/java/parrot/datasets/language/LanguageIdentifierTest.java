package parrot.datasets.language;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LanguageIdentifierTest {
  @ParameterizedTest
  @CsvSource({
    "en, What colour is the small triangle in the image?",
    "zh, 图片中的三角形是什么颜色？",
    "pt, Qual é a cor do triângulo pequeno na imagem?",
    "ar, ما لون المثلث الصغير في الصورة؟",
    "tr, Resimdeki küçük üçgen ne renk?",
    "ru, Какого цвета маленький треугольник на картинке?"
  })
  void tellsTheSixLanguagesApart(String tag, String text) {
    assertThat(LanguageIdentifier.identify(text)).contains(Language.of(tag));
  }

  @Test
  void tellsNothingWhereThereAreNoWords() {
    assertThat(LanguageIdentifier.identify("12 + 30 = 42")).isEmpty();
    assertThat(LanguageIdentifier.identify("")).isEmpty();
  }

  @Test
  void looksAtTheBeginningOfALongText() {
    String text = "Какого цвета круг? ".repeat(100) + "What colour is it? ".repeat(10_000);
    assertThat(LanguageIdentifier.identify(text)).contains(Language.RU);
  }

  @Test
  void isAskedByManyThreadsAtOnce() {
    List<Language> answers =
        IntStream.range(0, 64)
            .parallel()
            .mapToObj(
                i ->
                    LanguageIdentifier.identify(
                            i % 2 == 0 ? "The circle is blue." : "Daire mavidir, çok güzel.")
                        .orElseThrow())
            .toList();
    for (int i = 0; i < answers.size(); i++) {
      assertThat(answers.get(i)).isEqualTo(i % 2 == 0 ? Language.EN : Language.TR);
    }
  }
}
