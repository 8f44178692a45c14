package parrot.datasets.matching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import parrot.datasets.DataException;
import parrot.datasets.benchmark.MatchingRule;
import parrot.datasets.language.Language;

final class OptionLikelihoodsTest {
  private static final Map<Character, String> OPTIONS =
      new TreeMap<>(Map.of('A', "red", 'B', "a large red square", 'C', "blue"));

  private static String text(float a, float b, float c) {
    return OptionLikelihoods.of(false, "ABC", new float[] {a, b, c}).toString();
  }

  private static Match match(MatchingRule rule, String text) {
    return rule.match(text, OPTIONS, Language.EN);
  }

  @Test
  void standAsTextThatGivesThemBackToTheLastBit() {
    float[] likelihoods = {-0.1f, -1.2345678e-9f, -3.4e7f};

    for (boolean ofLetters : List.of(true, false)) {
      OptionLikelihoods written = OptionLikelihoods.of(ofLetters, "ABC", likelihoods);
      assertThat(OptionLikelihoods.read(written.toString(), OPTIONS.keySet())).contains(written);
    }
    assertThat(text(-0.25f, -3.5f, -7)).isEqualTo("log-likelihood A=-0.25 B=-3.5 C=-7.0");
  }

  @Test
  void wordsAndOtherOptionsAreNone() {
    assertThat(OptionLikelihoods.isText("A=-1 B=-2")).isFalse();
    assertThat(OptionLikelihoods.isText("The log-likelihood A=-1")).isFalse();
    assertThat(OptionLikelihoods.read(text(-1, -2, -3), Set.of('A', 'B'))).isEmpty();
  }

  @Test
  void theLikeliestCountsByAnyRuleThatReadsAnswers() {
    for (MatchingRule rule :
        List.of(
            MatchingRule.PUBLISHED_2024,
            MatchingRule.VLMEVALKIT_2025,
            MatchingRule.MULTILINGUAL,
            MatchingRule.LIKELIHOOD)) {
      assertThat(match(rule, text(-3, -9, -4)))
          .isEqualTo(new Match(Optional.of('A'), Reason.LIKELIEST));
    }
  }

  @Test
  void forItsLengthALongTextMayBeLikelier() {
    assertThat(match(MatchingRule.LIKELIHOOD_NORMALISED, text(-3, -9, -4)).option())
        .contains('B'); // -9 / 18 characters
  }

  @Test
  void ofLettersHaveNoLengthToCountBy() {
    String letters = OptionLikelihoods.of(true, "ABC", new float[] {-3, -9, -4}).toString();

    assertThat(match(MatchingRule.LIKELIHOOD_NORMALISED, letters).option()).contains('A');
  }

  @Test
  void amongEqualsNothingIsGuessed() {
    assertThat(match(MatchingRule.LIKELIHOOD, text(-3, -9, -3)))
        .isEqualTo(new Match(Optional.empty(), Reason.SEVERAL_NAMED));
  }

  @Test
  void aRuleThatNeedsThemRefusesWords() {
    assertThatThrownBy(() -> match(MatchingRule.LIKELIHOOD, "A"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("--scoring likelihood");
  }
}
