package parrot.datasets.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Short answers by the published rules. */
class ShortAnswersTest {
  private static List<String> people(int first, String one, String other) {
    List<String> answers = new java.util.ArrayList<>(Collections.nCopies(first, one));
    answers.addAll(Collections.nCopies(10 - first, other));
    return answers;
  }

  /** Of ten people k agree: (k / 3 over the choices of nine that leave one of them out, or not). */
  @ParameterizedTest
  @CsvSource({"0, 0", "1, 0.3", "2, 0.6", "3, 0.9", "4, 1", "10, 1"})
  void vqaCountsHowManyPeopleAgree(int agree, double credit) {
    assertThat(ShortAnswers.vqa("Two.", people(agree, "2", "three")))
        .isEqualTo(credit, within(1e-12));
  }

  @Test
  void vqaWithFewerThanTenAnswersWantsOneOfThem() {
    assertThat(ShortAnswers.vqa("two", List.of("2", "three", "few"))).isEqualTo(1);
    assertThat(ShortAnswers.vqa("four", List.of("2", "three"))).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "The red bus, red bus, 1",
    "'1,000', 1000, 1",
    "3.5, 3.5, 1",
    "a dog!, dog, 1",
    "none, 0, 1",
    "dogs, dog, 0"
  })
  void vqaComparesNormalisedAnswers(String said, String right, double credit) {
    assertThat(ShortAnswers.vqa(said, List.of(right))).isEqualTo(credit);
  }

  @ParameterizedTest
  @CsvSource({
    "Nokia, nokia, 1",
    "'  nokia   n9', Nokia N9, 1",
    "nokla, nokia, 0.8",
    "abcd, abxy, 0",
    "'', nokia, 0"
  })
  void anlsForgivesLessThanHalfOfTheLetters(String said, String right, double credit) {
    assertThat(ShortAnswers.anls(said, List.of("something else", right)))
        .isEqualTo(credit, within(1e-12));
  }

  @ParameterizedTest
  @CsvSource({
    "104, 100, 1",
    "106, 100, 0",
    "0.52, 50%, 1",
    "-95, -100, 1",
    "0.01, 0, 0",
    "0, 0, 1",
    "Blue, blue, 1",
    "blue, red, 0",
    "NaN, 100, 0"
  })
  void relaxedForgivesFivePercentOfANumber(String said, String right, double credit) {
    assertThat(ShortAnswers.relaxed(said, List.of(right))).isEqualTo(credit);
  }

  @Test
  void exactTakesAnyRightAnswerInAnyCase() {
    assertThat(ShortAnswers.exact(" CAT ", List.of("dog", "cat"))).isEqualTo(1);
    assertThat(ShortAnswers.exact("cats", List.of("dog", "cat"))).isZero();
  }
}
