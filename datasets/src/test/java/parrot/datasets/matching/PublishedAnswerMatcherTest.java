package parrot.datasets.matching;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import parrot.datasets.ReferenceText;
import parrot.datasets.matching.PublishedAnswerMatcher.Version;

class PublishedAnswerMatcherTest {
  private static final Map<Character, String> OPTIONS =
      Map.of('A', "red", 'B', "blue", 'C', "İzmir", 'D', "dark blue");

  private static Optional<Character> option(String prediction) {
    return option(prediction, OPTIONS);
  }

  private static Optional<Character> option(String prediction, Map<Character, String> options) {
    return PublishedAnswerMatcher.match(prediction, options, Version.V2024).option();
  }

  private static Optional<Character> option2025(String prediction) {
    return PublishedAnswerMatcher.match(prediction, OPTIONS, Version.V2025).option();
  }

  @Test
  void countsEveryReferenceAnswerAsTheReferenceDoes() {
    ReferenceText.cases("answer-matching.json")
        .forEach(
            expected -> {
              TreeMap<Character, String> options = new TreeMap<>();
              expected
                  .get("choices")
                  .fields()
                  .forEachRemaining(
                      option -> options.put(option.getKey().charAt(0), option.getValue().asText()));
              JsonNode option = expected.get("option");
              assertThat(option(expected.get("prediction").asText(), options))
                  .as(expected.toString())
                  .isEqualTo(
                      option.isNull() ? Optional.empty() : Optional.of(option.asText().charAt(0)));
            });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Sorry, I can't help with images of people yet. A",
        "I can't process this file.",
        "I'm sorry, but without the image provided, B",
        "Cannot determine the answer",
        "Z.",
        "The answer is Z"
      })
  void takesARefusalForOne(String prediction) {
    assertThat(option(prediction)).contains(Match.REFUSAL);
  }

  @Test
  void prefersALetterToARefusingLetter() {
    assertThat(option("B or Z")).contains('B');
  }

  @Test
  void takesZForAnOptionWhereItIsOne() {
    assertThat(option("Z", Map.of('A', "x", 'Z', "y"))).contains('Z');
  }

  @Test
  void cutsWordsAtEverySpaceAndAtThePunctuationOfThePublishedRules() {
    for (String prediction :
        new String[] {"[B]", "B;", "B!", "#B", "{B}", "\u3000B\u00A0", "*B*", "so,B", "x:B"}) {
      assertThat(option(prediction)).as(prediction).contains('B');
    }
    for (String prediction : new String[] {"\"B\"", "B?", "B-", "B/", "'B'", "Ｂ", "В"}) {
      assertThat(option(prediction)).as(prediction).isEmpty();
    }
  }

  @Test
  void looksForTextOnlyWhereLettersDecideNothing() {
    assertThat(option("B, I mean red")).contains('B');
    assertThat(option("A or B: red")).contains('A');
    assertThat(option("It is RED")).contains('A');
  }

  @Test
  void findsNoOptionInsideAnother() {
    // Dark blue holds blue: two options match, so none does.
    assertThat(option("dark blue")).isEmpty();
    assertThat(option("blue")).contains('B');
  }

  @Test
  void lowersLettersAsUnicodeDoesWhateverTheLocale() {
    assertThat(option("İZMIR")).contains('C');
  }

  @Test
  void readsNoLetterOffAFailedRequest() {
    assertThat(option("Failed to obtain answer via API. B")).isEmpty();
    assertThat(option("Failed to obtain answer via API: red")).contains('A');
  }

  @Test
  void neverGuesses() {
    assertThat(option("I have no idea")).isEmpty();
    assertThat(option("")).isEmpty();
  }

  @Test
  void readsALetterSince2025OnlyAmongTheLastFourWords() {
    assertThat(option2025("B")).contains('B');
    assertThat(option2025("B as I see")).contains('B');
    assertThat(option2025("B as I see it")).isEmpty();
    assertThat(option2025("B as I see it, B")).isEmpty();
    assertThat(option2025("As I see it, it is B")).contains('B');
    assertThat(option2025("Z as I see it")).contains(Match.REFUSAL);
  }

  @Test
  void readsATextSince2025OnlyInAnAnswerOfAtMostTwiceTheOptionsLength() {
    // Red, blue, İzmir and dark blue have 21 letters.
    assertThat(option2025("red" + " ".repeat(39))).contains('A');
    assertThat(option2025("red" + " ".repeat(40))).isEmpty();
    // İ lowered has two code points, as in the kit.
    assertThat(option2025("İZMIR" + " ".repeat(36))).contains('C');
    assertThat(option2025("İZMIR" + " ".repeat(37))).isEmpty();
  }

  @Test
  void saysWhy() {
    assertThat(PublishedAnswerMatcher.match("B.", OPTIONS, Version.V2024).reason())
        .isEqualTo(Reason.LETTER_ALONE);
    assertThat(PublishedAnswerMatcher.match("dark blue", OPTIONS, Version.V2024))
        .isEqualTo(Match.none(Reason.SEVERAL_NAMED));
  }

  @Test
  void countsHardAnswersAsTheKitDidInBothVersions() {
    for (HardAnswers row : HardAnswers.read("hard.tsv")) {
      assertThat(HardAnswers.letter(match(row, Version.V2024)))
          .as("2024: %s", row)
          .isEqualTo(row.published());
      assertThat(HardAnswers.letter(match(row, Version.V2025)))
          .as("2025: %s", row)
          .isEqualTo(row.later());
    }
  }

  private static Match match(HardAnswers row, Version version) {
    return PublishedAnswerMatcher.match(row.prediction(), row.options(), version);
  }
}
