package parrot.datasets.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import parrot.datasets.ReferenceText;

class PublishedAnswerMatcherTest {
  private static final Map<Character, String> OPTIONS =
      Map.of('A', "red", 'B', "blue", 'C', "İzmir", 'D', "dark blue");

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
              assertThat(PublishedAnswerMatcher.match(expected.get("prediction").asText(), options))
                  .as(expected.toString())
                  .isEqualTo(
                      option.isNull()
                          ? java.util.Optional.empty()
                          : java.util.Optional.of(option.asText().charAt(0)));
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
    assertThat(PublishedAnswerMatcher.match(prediction, OPTIONS))
        .contains(PublishedAnswerMatcher.REFUSED);
  }

  @Test
  void prefersALetterToARefusingLetter() {
    assertThat(PublishedAnswerMatcher.match("B or Z", OPTIONS)).contains('B');
  }

  @Test
  void takesZForAnOptionWhereItIsOne() {
    assertThat(PublishedAnswerMatcher.match("Z", Map.of('A', "x", 'Z', "y"))).contains('Z');
  }

  @Test
  void cutsWordsAtEverySpaceAndAtThePunctuationOfThePublishedRules() {
    for (String prediction :
        new String[] {"[B]", "B;", "B!", "#B", "{B}", "\u3000B\u00A0", "*B*", "so,B", "x:B"}) {
      assertThat(PublishedAnswerMatcher.match(prediction, OPTIONS)).as(prediction).contains('B');
    }
    for (String prediction : new String[] {"\"B\"", "B?", "B-", "B/", "'B'", "Ｂ", "В"}) {
      assertThat(PublishedAnswerMatcher.match(prediction, OPTIONS)).as(prediction).isEmpty();
    }
  }

  @Test
  void looksForTextOnlyWhereLettersDecideNothing() {
    assertThat(PublishedAnswerMatcher.match("B, I mean red", OPTIONS)).contains('B');
    assertThat(PublishedAnswerMatcher.match("A or B: red", OPTIONS)).contains('A');
    assertThat(PublishedAnswerMatcher.match("It is RED", OPTIONS)).contains('A');
  }

  @Test
  void findsNoOptionInsideAnother() {
    // Dark blue holds blue: two options match, so none does.
    assertThat(PublishedAnswerMatcher.match("dark blue", OPTIONS)).isEmpty();
    assertThat(PublishedAnswerMatcher.match("blue", OPTIONS)).contains('B');
  }

  @Test
  void lowersLettersAsUnicodeDoesWhateverTheLocale() {
    assertThat(PublishedAnswerMatcher.match("İZMIR", OPTIONS)).contains('C');
  }

  @Test
  void readsNoLetterOffAFailedRequest() {
    assertThat(PublishedAnswerMatcher.match("Failed to obtain answer via API. B", OPTIONS))
        .isEmpty();
    assertThat(PublishedAnswerMatcher.match("Failed to obtain answer via API: red", OPTIONS))
        .contains('A');
  }

  @Test
  void neverGuesses() {
    assertThat(PublishedAnswerMatcher.match("I have no idea", OPTIONS)).isEmpty();
    assertThat(PublishedAnswerMatcher.match("", OPTIONS)).isEmpty();
  }
}
