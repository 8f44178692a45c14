package parrot.datasets.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import parrot.datasets.DataException;
import parrot.datasets.language.Language;

class PairedComparisonTest {
  /** Answers to as many questions; each is right where the text has an x. */
  private static Scores scores(String right) {
    List<Prediction> predictions = new ArrayList<>();
    for (int i = 0; i < right.length(); i++) {
      predictions.add(
          Prediction.of(Items.item(i, 'A', "one", "two"), right.charAt(i) == 'x' ? "A" : "B"));
    }
    return Scores.of(Map.of(Language.EN, predictions));
  }

  @Test
  void countsTheQuestionsOnWhichTheTwoDiffer() {
    PairedComparison comparison =
        PairedComparison.of(scores("xx.x...."), scores("x.xxxx.."), Metric.PLAIN, Language.EN);
    assertThat(comparison).isEqualTo(new PairedComparison(8, 1, 3));
    assertThat(comparison.difference()).isEqualTo(0.25);
    assertThat(comparison)
        .isEqualTo(PairedComparison.of(scores("xx.x...."), scores("x.xxxx.."), Metric.PLAIN));
  }

  @Test
  void hasAnIntervalAroundTheDifference() {
    // By hand: n+2 = 102, centre 10/102, discordant 31/102.
    PairedComparison comparison = new PairedComparison(100, 10, 20);
    double half = 1.959963984540054 * Math.sqrt((31.0 / 102 - Math.pow(10.0 / 102, 2)) / 102);
    assertThat(comparison.low()).isEqualTo(10.0 / 102 - half, within(1e-12));
    assertThat(comparison.high()).isEqualTo(10.0 / 102 + half, within(1e-12));
    assertThat(new PairedComparison(2, 0, 2).high()).isLessThanOrEqualTo(1);
  }

  @Test
  void testsByTheExactBinomial() {
    // 2 * (1 + 10 + 45) / 1024
    assertThat(new PairedComparison(100, 2, 8).pValue()).isEqualTo(112.0 / 1024, within(1e-12));
    assertThat(new PairedComparison(100, 5, 5).pValue()).isEqualTo(1);
    assertThat(new PairedComparison(100, 0, 0).pValue()).isEqualTo(1);
    // Far beyond what a half to the power of n can hold.
    assertThat(new PairedComparison(12_000, 3_000, 3_000).pValue()).isEqualTo(1, within(1e-9));
  }

  @Test
  void refusesModelsThatWereNotAskedTheSame() {
    assertThatThrownBy(
            () -> PairedComparison.of(scores("xx"), scores("xxx"), Metric.PLAIN, Language.EN))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "Cannot compare in en: the two were not asked the same questions (2 and 3 of them; score both on one benchmark file)");
    assertThatThrownBy(
            () -> PairedComparison.of(scores("xx"), scores("xx"), Metric.CIRCULAR, Language.EN))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("(0 and 0 of them");
  }
}
