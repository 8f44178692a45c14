package parrot.datasets.language;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LanguageIdentifierTest {
  private static final List<Sentence> SENTENCES =
      Stream.of("questions.tsv", "descriptions.tsv")
          .flatMap(file -> sentences(file).stream())
          .toList();

  /** A short question with its answer; the language is {@code code} for what machines read. */
  private record Sentence(String language, String text, Optional<Language> identified) {
    boolean isPublished() {
      return Language.PUBLISHED.stream().anyMatch(published -> published.tag().equals(language));
    }

    boolean isIdentifiedAsPublished() {
      return identified.filter(Language.PUBLISHED::contains).isPresent();
    }

    boolean isRight() {
      return identified.filter(found -> found.tag().equals(language)).isPresent();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "en, What colour is the small triangle in the image?",
    "zh, 图片中的三角形是什么颜色？",
    "pt, Qual é a cor do triângulo pequeno na imagem?",
    "ar, ما لون المثلث الصغير في الصورة؟",
    "tr, Resimdeki küçük üçgen ne renk?",
    "ru, Какого цвета маленький треугольник на картинке?"
  })
  void tellsTheSixLanguagesApart(Language language, String text) {
    assertThat(LanguageIdentifier.identify(text)).contains(language);
  }

  @Test
  void findsTheSixLanguagesInShortQuestionsAndAnswers() {
    List<Sentence> published = SENTENCES.stream().filter(Sentence::isPublished).toList();
    assertThat(published).hasSizeGreaterThan(200);
    assertThat(published.stream().filter(Sentence::isRight).count())
        .isGreaterThanOrEqualTo(Math.round(0.94 * published.size()));
    assertThat(published).allMatch(row -> row.isRight() || row.identified().isEmpty());
  }

  @Test
  void takesFewOtherLanguagesForOneOfTheSixHoweverShort() {
    List<Sentence> others =
        SENTENCES.stream()
            .filter(row -> !row.isPublished() && !row.language().equals("code"))
            .toList();
    assertThat(others).hasSizeGreaterThan(320);
    assertThat(others.stream().map(Sentence::language).distinct()).hasSizeGreaterThan(80);
    assertThat(others.stream().filter(Sentence::isIdentifiedAsPublished).count())
        .isLessThanOrEqualTo(Math.round(0.02 * others.size()));
    assertThat(others.stream().filter(Sentence::isRight).count())
        .isGreaterThanOrEqualTo(Math.round(0.6 * others.size()));
  }

  @Test
  void takesCodeFormulasAndTablesForNoLanguage() {
    List<Sentence> code = SENTENCES.stream().filter(row -> row.language().equals("code")).toList();
    assertThat(code).hasSizeGreaterThan(90);
    assertThat(code.stream().filter(Sentence::isIdentifiedAsPublished).count())
        .isLessThanOrEqualTo(Math.round(0.03 * code.size()));
  }

  @ParameterizedTest
  @CsvSource({
    "fr, De quelle couleur est la voiture sur cette image ? Elle est rouge et se trouve devant la maison.",
    "it, Di che colore è la macchina in questa immagine? La macchina è rossa ed è davanti alla casa.",
    "pl, Jakiego koloru jest samochód na tym zdjęciu? Samochód jest czerwony i stoi przed domem.",
    "es, ¿De qué color es el coche de la imagen? El coche es rojo y está delante de la casa.",
    "de, Welche Farbe hat der Wagen auf dem Foto? Der Wagen ist rot und steht neben dem Haus.",
    "vi, Chiếc xe trong ảnh màu gì? Chiếc xe màu đỏ và đỗ trước nhà.",
    "uk, Якого кольору машина на фото? Машина червона і стоїть біля будинку.",
    "bg, Какъв цвят е колата на снимката? Колата е червена и стои пред къщата.",
    "fa, رنگ خودرو در عکس چیست؟ خودرو قرمز است و جلوی خانه ایستاده است.",
    "ur, تصویر میں گاڑی کس رنگ کی ہے؟ گاڑی سرخ ہے اور گھر کے سامنے کھڑی ہے۔",
    "az, Şəkildəki avtomobil hansı rəngdədir? Avtomobil qırmızıdır və evin qarşısındadır.",
    "gl, De que cor é o coche desta imaxe? O coche é vermello e está diante da casa.",
    "ca, De quin color és el cotxe de la imatge? El cotxe és vermell i és davant de la casa.",
    "ro, Ce culoare are mașina din imagine? Mașina este roșie și se află în fața casei.",
    "nl, Welke kleur heeft de auto op de foto? De auto is rood en staat voor het huis.",
    "hu, Milyen színű az autó a képen? Az autó piros és a ház előtt áll.",
    "ja, この写真の車は何色ですか。車は赤で家の前にあります。",
    "ko, 사진 속 자동차는 무슨 색입니까? 자동차는 빨간색이고 집 앞에 있습니다."
  })
  void namesOtherLanguagesToo(Language language, String text) {
    assertThat(LanguageIdentifier.identify(text)).contains(language);
  }

  @ParameterizedTest
  @CsvSource({
    "en, 'OK?', Yes",
    "en, Who is the author?, Murat Yilmaz",
    "en, Title?, El Camino",
    "tr, Yazarı kim? Bu kitapta ne yazıyor?, John Smith",
    "ru, Кто автор?, Jorge Amado",
    "zh, 谁写的？, Anna Karenina"
  })
  void judgesAShortAnswerWithItsQuestion(Language language, String question, String answer) {
    assertThat(LanguageIdentifier.identify(question + "\n\n" + answer)).contains(language);
  }

  @Test
  void readsThePromptAroundCode() {
    assertThat(
            LanguageIdentifier.identify(
                "Explain what this does:\n```\nfor (int i = 0; i < n; i++) { sum += a[i]; }\n```"))
        .contains(Language.EN);
    assertThat(
            LanguageIdentifier.identify(
                "Escreva uma função que soma dois números.\n\ndef soma(a, b):\n    return a + b"))
        .contains(Language.PT);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "12 + 30 = 42",
        "😀😀?\n\n👍",
        "$5.00\n\n12/05/2010",
        "https://example.com/what/is/this?the=answer",
        "someone@example.com",
        "$\\frac{a}{b}$",
        "A\n\nB"
      })
  void tellsNothingIfThereAreNoWords(String text) {
    assertThat(LanguageIdentifier.identify(text)).isEmpty();
  }

  @Test
  void tellsNothingIfTwoScriptsAreMixedHalfAndHalf() {
    assertThat(LanguageIdentifier.identify("Какого цвета круг? What colour is it?")).isEmpty();
  }

  @Test
  void looksAtTheBeginningOfALongText() {
    String text = "Какого цвета круг? ".repeat(100) + "What colour is it? ".repeat(10_000);
    assertThat(LanguageIdentifier.identify(text)).contains(Language.RU);
  }

  @Test
  void looksFurtherIfTheBeginningHoldsNoWords() {
    String text = "12 + 30 = 42; ".repeat(100) + "\n\nWhat colour is the circle?";
    assertThat(LanguageIdentifier.identify(text)).contains(Language.EN);
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

  private static List<Sentence> sentences(String file) {
    try (BufferedReader in =
        new BufferedReader(
            new InputStreamReader(
                LanguageIdentifierTest.class.getResourceAsStream(file), StandardCharsets.UTF_8))) {
      return in.lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> line.split("\t"))
          .map(
              cells -> {
                String text = cells[1].translateEscapes();
                return new Sentence(cells[0], text, LanguageIdentifier.identify(text));
              })
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
