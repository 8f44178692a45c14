package parrot.datasets.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntPredicate;
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
  void triesOfTheSameTwoWaysAreComparedTogetherAndAQuestionIsOneCluster() {
    Scores first = scores("xx.x....");
    Scores second = scores("x.xxxx..");
    PairedComparison twice =
        PairedComparison.ofRuns(
            List.of(first, first), List.of(second, second), Metric.PLAIN, List.of(Language.EN));
    assertThat(twice.difference()).isEqualTo(0.25);
    assertThat(twice.n()).isEqualTo(16);
    assertThat(twice.clusters()).isEqualTo(8);
    PairedComparison once = PairedComparison.of(first, second, Metric.PLAIN, Language.EN);
    assertThat(twice.pValue()).as("a second try says nothing new").isEqualTo(once.pValue());
    assertThat(twice.smallestDifference()).isCloseTo(once.smallestDifference(), within(0.1));
    assertThatThrownBy(
            () ->
                PairedComparison.ofRuns(
                    List.of(first, scores("xx")),
                    List.of(second, scores("xx")),
                    Metric.PLAIN,
                    List.of(Language.EN)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("were not asked the same questions");
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
  void refusesOtherQuestionsAndOtherAnswersOfTheSameIndex() {
    Scores one = scores("xx");
    Scores corrected =
        Scores.of(
            Map.of(
                Language.EN,
                List.of(
                    Prediction.of(Items.item(0, 'A', "one", "two"), "A"),
                    Prediction.of(Items.item(1, 'B', "one", "two"), "A"))));
    Scores other =
        Scores.of(
            Map.of(
                Language.EN,
                List.of(
                    Prediction.of(Items.item(0, 'A', "one", "two"), "A"),
                    Prediction.of(Items.item(1, 'A', "one", "three"), "A"))));

    for (Scores different : List.of(corrected, other)) {
      assertThatThrownBy(() -> PairedComparison.of(one, different, Metric.PLAIN, Language.EN))
          .isInstanceOf(DataException.class)
          .hasMessageContainingAll("not asked the same questions", "question 1 is");
    }
  }

  @Test
  void countsTranslationsOfAQuestionAsOneCluster() {
    // Six identical translations say no more than one.
    List<List<Integer>> alike = new ArrayList<>();
    List<List<Integer>> once = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      int better = i % 5 == 0 ? 1 : i % 7 == 0 ? -1 : 0;
      alike.add(Collections.nCopies(6, better));
      once.add(List.of(better));
    }
    PairedComparison six = PairedComparison.of(alike);
    PairedComparison one = PairedComparison.of(once);

    assertThat(six.clusters()).isEqualTo(200);
    assertThat(six.n()).isEqualTo(1200);
    assertThat(six.high() - six.low()).isEqualTo(one.high() - one.low(), within(1e-3));
    assertThat(six.pValue()).isEqualTo(one.pValue());
  }

  @Test
  void countsQuestionsAboutOneImageAsOneCluster() {
    Scores one = aboutImages(image -> image % 3 == 0);
    Scores other = aboutImages(image -> image % 2 == 0);
    PairedComparison comparison = PairedComparison.of(one, other, Metric.PLAIN, Language.EN);

    assertThat(comparison.n()).isEqualTo(120);
    assertThat(comparison.clusters()).isEqualTo(30);
    assertThat(comparison.designEffect()).isEqualTo(4, within(0.15));
  }

  /** Four questions about each of 30 images, all right or all wrong. */
  private static Scores aboutImages(IntPredicate right) {
    List<Prediction> predictions = new ArrayList<>();
    for (int i = 0; i < 120; i++) {
      int image = i / 4;
      predictions.add(
          Prediction.of(
              Items.item(i, 'A', "one", "two").withImage(new byte[] {(byte) image}),
              right.test(image) ? "A" : "B"));
    }
    return Scores.of(Map.of(Language.EN, predictions));
  }

  @Test
  void intervalsHoldTheTruthNineteenTimesOfTwenty() {
    Random random = new Random(11);
    for (int languages : new int[] {1, 3, 6}) {
      for (double alike : new double[] {0, 0.5, 0.9}) {
        assertThat(coverage(languages, alike, random))
            .as("%d languages, %s alike", languages, alike)
            .isBetween(0.93, 0.97);
      }
    }
  }

  /** How often the interval holds the difference, 0.1, of answers that are alike by so much. */
  private static double coverage(int languages, double alike, Random random) {
    int runs = 2000;
    int held = 0;
    for (int run = 0; run < runs; run++) {
      PairedComparison comparison = comparison(150, languages, alike, random);
      held += comparison.low() <= 0.1 && 0.1 <= comparison.high() ? 1 : 0;
    }
    return (double) held / runs;
  }

  private static PairedComparison comparison(
      int questions, int languages, double alike, Random random) {
    List<List<Integer>> clusters = new ArrayList<>();
    for (int question = 0; question < questions; question++) {
      int shared = better(random);
      List<Integer> cluster = new ArrayList<>();
      for (int language = 0; language < languages; language++) {
        cluster.add(random.nextDouble() < alike ? shared : better(random));
      }
      clusters.add(cluster);
    }
    return PairedComparison.of(clusters);
  }

  private static int better(Random random) {
    double drawn = random.nextDouble();
    return drawn < 0.2 ? 1 : drawn < 0.3 ? -1 : 0;
  }

  @Test
  void findsTheSmallestDifferenceFourTimesOfFive() {
    Random random = new Random(12);
    for (int languages : new int[] {1, 6}) {
      int runs = 1000;
      int found = 0;
      double smallest = comparison(2000, languages, 0.5, random).smallestDifference();
      // These models differ by 0.1; that many questions make it the smallest one that shows.
      int questions = (int) Math.round(2000 * Math.pow(smallest / 0.1, 2));
      for (int run = 0; run < runs; run++) {
        found += comparison(questions, languages, 0.5, random).low() > 0 ? 1 : 0;
      }
      assertThat((double) found / runs).as("%d languages", languages).isBetween(0.75, 0.85);
    }
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
