package parrot.datasets.matching;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import parrot.datasets.language.Language;

class MultilingualAnswerMatcherTest {
  private static final SortedMap<Character, String> OPTIONS =
      new TreeMap<>(Map.of('A', "red", 'B', "two birds", 'C', "a kite", 'D', "ﬁsh"));

  private static Match match(String prediction) {
    return MultilingualAnswerMatcher.match(prediction, OPTIONS, Language.EN);
  }

  private static String letter(String prediction, Language language) {
    return HardAnswers.letter(MultilingualAnswerMatcher.match(prediction, OPTIONS, language));
  }

  @ParameterizedTest
  @ValueSource(strings = {"hard.tsv", "more-hard.tsv"})
  void readsHardAnswersAsACarefulReaderDoes(String file) {
    List<HardAnswers> rows = HardAnswers.read(file);
    long right = rows.stream().filter(row -> read(row).equals(row.right())).count();
    long wrong = rows.stream().filter(MultilingualAnswerMatcherTest::isWrongLetter).count();
    assertThat((double) right / rows.size()).isGreaterThanOrEqualTo(0.88);
    assertThat((double) wrong / rows.size()).isLessThanOrEqualTo(0.01);
  }

  @ParameterizedTest
  @ValueSource(strings = {"hard.tsv", "more-hard.tsv"})
  void readsALettersAsWellAsOthers(String file) {
    List<HardAnswers> rows = HardAnswers.read(file);
    for (String letter : List.of("A", "B", "C", "D")) {
      List<HardAnswers> own = rows.stream().filter(row -> row.right().equals(letter)).toList();
      long right = own.stream().filter(row -> read(row).equals(letter)).count();
      assertThat((double) right / own.size()).as(letter).isGreaterThanOrEqualTo(0.97);
    }
  }

  private static String read(HardAnswers row) {
    return HardAnswers.letter(
        MultilingualAnswerMatcher.match(row.prediction(), row.options(), row.language()));
  }

  private static boolean isWrongLetter(HardAnswers row) {
    String letter = read(row);
    return !letter.equals(row.right()) && !letter.equals("-") && !letter.equals("Z");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Option %s is correct.", "%s", "%s is right", "I pick %s", "(%s) it is"})
  void readsEachLetterInTheSameSentence(String sentence) {
    for (char letter : OPTIONS.keySet()) {
      assertThat(match(sentence.formatted(letter)).option()).contains(letter);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "The answer is A because B is wrong.",
        "I pick A over B.",
        "Answer A because B has corners",
        "Option A seems right, not B"
      })
  void namesNoLetterThatIsRuledOut(String prediction) {
    assertThat(match(prediction).option()).contains('A');
  }

  @ParameterizedTest
  @CsvSource({
    "EN, The answer is B",
    "ZH, 答案是B",
    "ZH, 选乙。",
    "PT, A resposta é B.",
    "AR, الإجابة: ب",
    "AR, الإجابة هي B",
    "TR, Cevap: B'dir",
    "RU, Ответ: Б",
    "RU, Ответ: B"
  })
  void readsLettersAsEachLanguageWritesThem(Language language, String prediction) {
    assertThat(letter(prediction, language)).isEqualTo("B");
  }

  @Test
  void leavesACyrillicLetterOpenThatMayBeTwo() {
    // В looks like B, and is the third letter of its alphabet.
    assertThat(letter("В", Language.RU)).isEqualTo("-");
    assertThat(letter("Ответ: В", Language.RU)).isEqualTo("-");
    Map<Character, String> two = Map.of('A', "да", 'B', "нет");
    assertThat(MultilingualAnswerMatcher.match("В", two, Language.RU).option()).contains('B');
  }

  @Test
  void takesNoWordForALetter() {
    assertThat(match("A kite is in the sky").option()).contains('C');
    assertThat(match("A boat").option()).isEmpty();
    assertThat(letter("В небе пусто", Language.RU)).isEqualTo("-");
    assertThat(letter("A vaca", Language.PT)).isEqualTo("-");
    assertThat(match("A: boat").option()).contains('A');
  }

  @Test
  void comparesTextsInTheirPlainForms() {
    assertThat(match("a fish").option()).contains('D');
    assertThat(match("2 birds").option()).contains('B');
  }

  @ParameterizedTest
  @ValueSource(strings = {"A or B", "А или B", "", "ABC", "B2B", "None of the above", "red fish"})
  void neverGuesses(String prediction) {
    assertThat(match(prediction).option()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "B, LETTER_ALONE",
    "The answer is B, STATED",
    "B. I see wings, LETTER_FIRST",
    "'Looking closely, B', LETTER",
    "Two birds., TEXT_ALONE",
    "I see two birds, TEXT",
    "the second option, PLACE",
    "'A, C and D are wrong', ELIMINATION",
    "I cannot see the image, REFUSED",
    "Z, REFUSED",
    "Cannot determine the answer: B, REFUSED",
    "A boat, NONE_NAMED",
    "A or B, SEVERAL_NAMED",
    "B. red, CONTRADICTION",
    "<think>It may be B, CUT_OFF",
    "Failed to obtain answer via API B, FAILED_REQUEST"
  })
  void saysWhy(String prediction, Reason reason) {
    assertThat(match(prediction).reason()).isEqualTo(reason);
  }

  @Test
  void countsARefusalApart() {
    assertThat(match("I cannot see the image").option()).contains(Match.REFUSAL);
    assertThat(match("I'm not sure, but the answer is B").option()).contains('B');
  }

  @ParameterizedTest
  @ValueSource(strings = {"A ", "red ", "red no, wait ", "first ", "not ", "A. red "})
  @Timeout(10)
  void readsVeryLongAnswersInATimeThatGrowsWithTheirLength(String repeated) {
    assertThat(match(repeated.repeat(20_000)).reason()).isNotNull();
  }
}
