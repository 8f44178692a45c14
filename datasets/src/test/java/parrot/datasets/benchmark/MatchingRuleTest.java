package parrot.datasets.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import parrot.datasets.UsageException;
import parrot.datasets.language.Language;
import parrot.datasets.matching.Reason;

class MatchingRuleTest {
  @Test
  void isCalledByItsDate() {
    assertThat(MatchingRule.of("published-2024")).isEqualTo(MatchingRule.PUBLISHED_2024);
    assertThat(MatchingRule.of("vlmevalkit-2025")).isEqualTo(MatchingRule.VLMEVALKIT_2025);
    assertThat(MatchingRule.of("Multilingual")).isEqualTo(MatchingRule.MULTILINGUAL);
    assertThat(MatchingRule.PUBLISHED_2024.label()).isEqualTo("published-2024");
  }

  @Test
  void keepsItsFormerName() {
    assertThat(MatchingRule.of("published")).isEqualTo(MatchingRule.PUBLISHED_2024);
    assertThat(MatchingRule.of("PUBLISHED")).isEqualTo(MatchingRule.PUBLISHED_2024);
  }

  @Test
  void saysWhichRulesThereAre() {
    assertThatThrownBy(() -> MatchingRule.of("exact"))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "exact is not a rule of matching (must be one of published-2024, vlmevalkit-2025, multilingual, likelihood, likelihood-normalised)");
  }

  @Test
  void scoresByTheRuleThatIsAskedFor() {
    Map<Language, List<Prediction>> predictions =
        Map.of(Language.ZH, List.of(Prediction.of(Items.item(0, 'B', "x", "y"), "答案是B")));
    assertThat(Scores.of(predictions).score(Metric.PLAIN, Language.ZH))
        .contains(new Score(1, 0, 1, 0, 0));
    assertThat(Scores.of(predictions, MatchingRule.MULTILINGUAL).score(Metric.PLAIN, Language.ZH))
        .contains(new Score(1, 1, 0, 0, 0));
  }

  @Test
  void keepsLetterReasonAndRuleWithTheQuestion() {
    ScoredQuestion scored =
        ScoredQuestion.of(
            Prediction.of(Items.item(0, 'B', "x", "y"), "B"),
            Language.EN,
            MatchingRule.VLMEVALKIT_2025);
    assertThat(scored.rule()).isEqualTo(MatchingRule.VLMEVALKIT_2025);
    assertThat(scored.matches().get(0).option()).contains('B');
    assertThat(scored.matches().get(0).reason()).isEqualTo(Reason.LETTER_ALONE);
  }

  @Test
  void countsAnswersByReason() {
    List<Prediction> answers =
        List.of(
            Prediction.of(Items.item(0, 'A', "x", "y"), "A"),
            Prediction.of(Items.item(1, 'A', "x", "y"), "B"),
            Prediction.of(Items.item(2, 'A', "x", "y"), "<think>It may be A"),
            Prediction.missing(Items.item(3, 'A', "x", "y")));
    assertThat(
            Scores.of(Map.of(Language.EN, answers), MatchingRule.MULTILINGUAL).reasons(Language.EN))
        .isEqualTo(Map.of(Reason.LETTER_ALONE, 2, Reason.CUT_OFF, 1));
  }
}
