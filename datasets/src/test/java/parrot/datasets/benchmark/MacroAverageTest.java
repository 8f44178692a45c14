package parrot.datasets.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import parrot.datasets.language.Language;

class MacroAverageTest {
  private static MacroAverage average(Map<Language, List<Prediction>> predictions) {
    return Scores.of(predictions).macroAverage(Metric.PLAIN).orElseThrow();
  }

  private static Prediction answer(long index, int image, boolean right) {
    BenchmarkItem item = Items.item(index, 'A', "one", "two");
    byte[] bytes = {(byte) image, (byte) (image >> 8)};
    return Prediction.of(image < 0 ? item : item.withImage(bytes), right ? "A" : "B");
  }

  @Test
  void ofOneLanguageHasTheIntervalOfItsScore() {
    List<Prediction> predictions = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      predictions.add(answer(i, -1, i % 3 == 0));
    }
    Scores scores = Scores.of(Map.of(Language.EN, predictions));
    Score score = scores.score(Metric.PLAIN, Language.EN).orElseThrow();

    MacroAverage average = scores.macroAverage(Metric.PLAIN).orElseThrow();

    assertThat(average.low()).isEqualTo(score.low(), within(1e-12));
    assertThat(average.high()).isEqualTo(score.high(), within(1e-12));
    assertThat(average.clusters()).isEqualTo(40);
  }

  @Test
  void ofTranslationsThatAreAllAlikeIsAsSureAsOneLanguage() {
    List<Prediction> predictions = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      predictions.add(answer(i, -1, i % 3 == 0));
    }
    Map<Language, List<Prediction>> six = new TreeMap<>();
    Language.PUBLISHED.forEach(language -> six.put(language, predictions));

    MacroAverage one = average(Map.of(Language.EN, predictions));
    assertThat(average(six).low()).isEqualTo(one.low(), within(1e-12));
    assertThat(average(six).clusters()).isEqualTo(40);
  }

  @Test
  void ofRightAnswersAloneIsNotCertain() {
    Map<Language, List<Prediction>> right =
        Map.of(
            Language.EN, List.of(answer(0, -1, true), answer(1, -1, true)),
            Language.TR, List.of(answer(0, -1, true), answer(1, -1, true)));
    assertThat(average(right).low()).isEqualTo(new Score(2, 2, 0, 0, 0).low(), within(1e-12));
  }

  @Test
  void rotationsAndImagesJoinQuestionsToClusters() {
    List<Prediction> rows = new ArrayList<>();
    for (int question = 0; question < 6; question++) {
      for (BenchmarkItem row : Rotations.of(Items.item(question, 'A', "one", "two"))) {
        rows.add(Prediction.of(row.withImage(new byte[] {(byte) (question / 2)}), "A"));
      }
    }
    Scores scores = Scores.of(Map.of(Language.EN, rows));
    for (Metric metric : List.of(Metric.PLAIN, Metric.CIRCULAR, Metric.PLAIN_ALL_ROWS)) {
      assertThat(scores.macroAverage(metric).orElseThrow().clusters()).isEqualTo(3);
    }
  }

  @Test
  void intervalsHoldTheTruthNineteenTimesOfTwenty() {
    Random random = new Random(21);
    for (int perImage : new int[] {1, 3}) {
      for (double alike : new double[] {0, 0.5, 0.9}) {
        assertThat(coverage(perImage, alike, random))
            .as("%d questions an image, %s alike", perImage, alike)
            .isBetween(0.93, 0.97);
      }
    }
  }

  /**
   * How often the interval holds the mean of languages between 0.5 and 0.75, if the answers about
   * one image are alike by so much.
   */
  private static double coverage(int perImage, double alike, Random random) {
    List<BenchmarkItem> items = new ArrayList<>();
    Clusters clusters = new Clusters();
    for (int index = 0; index < 60 * perImage; index++) {
      items.add(answer(index, index / perImage, true).item());
      clusters.add(items.get(index), index);
    }
    int runs = 1000;
    int held = 0;
    for (int run = 0; run < runs; run++) {
      double[] shared = random.doubles(60).toArray();
      List<List<ScoredQuestion>> languages = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        List<ScoredQuestion> questions = new ArrayList<>();
        for (BenchmarkItem item : items) {
          boolean same = random.nextDouble() < alike;
          double drawn = same ? shared[(int) item.index() / perImage] : random.nextDouble();
          questions.add(scored(item, drawn < 0.5 + 0.05 * i));
        }
        languages.add(questions);
      }
      MacroAverage average = MacroAverage.of(languages, clusters);
      held += average.low() <= 0.625 && 0.625 <= average.high() ? 1 : 0;
    }
    return (double) held / runs;
  }

  private static ScoredQuestion scored(BenchmarkItem item, boolean hit) {
    return new ScoredQuestion(
        item, MatchingRule.PUBLISHED_2024, 0.5, List.of(), hit ? 1 : 0, hit, false, false, false);
  }
}
