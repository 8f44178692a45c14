package parrot.datasets.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Test;
import parrot.datasets.DataException;
import parrot.datasets.ReferenceText;
import parrot.datasets.language.Language;

class ScoresTest {
  private static List<Prediction> reference() {
    Path path = new Path(ScoresTest.class.getResource("/text/circular-predictions.tsv").toString());
    return PredictionFile.read(ReferenceText.local(), path);
  }

  @Test
  void areThoseOfTheReference() {
    JsonNode expected = ReferenceText.json("circular-expected.json");
    Scores scores = Scores.of(Map.of(Language.EN, reference()));
    assertThat(accuracy(scores, Metric.CIRCULAR))
        .isEqualTo(expected.get("circular_overall").asDouble());
    assertThat(accuracy(scores, Metric.PLAIN))
        .isEqualTo(expected.get("vanilla_over_unrotated").asDouble());
    assertThat(accuracy(scores, Metric.PLAIN_ALL_ROWS))
        .isEqualTo(expected.get("vanilla_over_all_rows").asDouble());
    Map<String, Double> by = new HashMap<>();
    for (Grouping grouping : new Grouping[] {Grouping.CATEGORY, Grouping.L2_CATEGORY}) {
      scores
          .by(Metric.CIRCULAR, grouping, Language.EN)
          .forEach((group, score) -> by.put(grouping.column() + "=" + group, score.accuracy()));
    }
    Map<String, Double> expectedBy = new HashMap<>();
    expected
        .get("circular_by")
        .fields()
        .forEachRemaining(entry -> expectedBy.put(entry.getKey(), entry.getValue().asDouble()));
    assertThat(by).isEqualTo(expectedBy);
    Map<Long, Boolean> expectedHits = new TreeMap<>();
    expected
        .get("hits")
        .fields()
        .forEachRemaining(
            hit -> expectedHits.put(Long.valueOf(hit.getKey()), hit.getValue().asInt() == 1));
    assertThat(scores.hits(Metric.CIRCULAR, Language.EN)).isEqualTo(expectedHits);
  }

  private static double accuracy(Scores scores, Metric metric) {
    return scores.score(metric, Language.EN).orElseThrow().accuracy();
  }

  @Test
  void doNotDependOnTheOrderOfPredictions() {
    List<Prediction> shuffled = new ArrayList<>(reference());
    Collections.shuffle(shuffled, new Random(7));
    assertThat(Scores.of(Map.of(Language.EN, shuffled)).table())
        .isEqualTo(Scores.of(Map.of(Language.EN, reference())).table());
  }

  @Test
  void countUnparsableRefusedAndMissingAnswersAsWrongAndByThemselves() {
    Scores scores =
        Scores.of(
            Map.of(
                Language.PT,
                List.of(
                    Prediction.of(Items.item(0, 'A', "x", "y"), "A"),
                    Prediction.of(Items.item(1, 'A', "x", "y"), "hm"),
                    Prediction.of(Items.item(2, 'A', "x", "y"), "Z"),
                    Prediction.of(Items.item(3, 'A', "x", "y"), ""),
                    Prediction.missing(Items.item(4, 'A', "x", "y")))));
    assertThat(scores.score(Metric.PLAIN, Language.PT)).contains(new Score(5, 1, 2, 1, 1));
  }

  @Test
  void haveNoCircularScoreWithoutRotations() {
    Scores scores =
        Scores.of(Map.of(Language.EN, List.of(Prediction.of(Items.item(0, 'A', "x", "y"), "A"))));
    assertThat(scores.hasRotations()).isFalse();
    assertThat(scores.score(Metric.CIRCULAR, Language.EN)).isEmpty();
    assertThat(scores.macroAverage(Metric.CIRCULAR)).isEmpty();
    assertThat(scores.table()).extracting(Scores.Line::metric).containsOnly(Metric.PLAIN);
  }

  @Test
  void countAQuestionWithARotationMissingAsMissing() {
    List<BenchmarkItem> rotations = Rotations.of(Items.item(5, 'B', "x", "y", "w"));
    List<Prediction> predictions =
        List.of(Prediction.of(rotations.get(0), "B"), Prediction.of(rotations.get(1), "A"));
    assertThat(Scores.of(Map.of(Language.RU, predictions)).score(Metric.CIRCULAR, Language.RU))
        .contains(new Score(1, 0, 0, 0, 1));
  }

  @Test
  void countAQuestionAsMissingWhereOnlyItsRotationsAreThere() {
    List<BenchmarkItem> four = Rotations.of(Items.item(4, 'A', "x", "y"));
    List<BenchmarkItem> five = Rotations.of(Items.item(5, 'B', "x", "y"));
    List<Prediction> predictions =
        List.of(
            Prediction.of(four.get(0), "A"),
            Prediction.of(four.get(1), "B"),
            Prediction.of(five.get(1), "A"));
    Scores scores = Scores.of(Map.of(Language.EN, predictions));
    assertThat(scores.score(Metric.PLAIN, Language.EN)).contains(new Score(2, 1, 0, 0, 1));
    assertThat(scores.score(Metric.CIRCULAR, Language.EN)).contains(new Score(2, 1, 0, 0, 1));
  }

  @Test
  void averageLanguagesAlike() {
    Scores scores =
        Scores.of(
            Map.of(
                Language.EN,
                List.of(
                    Prediction.of(Items.item(0, 'A', "x", "y"), "A"),
                    Prediction.of(Items.item(1, 'A', "x", "y"), "A"),
                    Prediction.of(Items.item(2, 'A', "x", "y"), "A")),
                Language.ZH,
                List.of(Prediction.of(Items.item(0, 'A', "x", "y"), "B"))));
    assertThat(scores.languages()).containsExactly(Language.EN, Language.ZH);
    assertThat(scores.macroAverage(Metric.PLAIN))
        .hasValueSatisfying(average -> assertThat(average.accuracy()).isEqualTo(0.5));
  }

  @Test
  void areToldByCategoryAndSplitWithoutQuestionsThatHaveNone() {
    Scores scores =
        Scores.of(
            Map.of(
                Language.EN,
                List.of(
                    Prediction.of(Items.grouped(0, 'A', "coarse", "", "dev", "x", "y"), "A"),
                    Prediction.of(Items.grouped(1, 'A', "fine", "", "test", "x", "y"), "B"),
                    Prediction.of(Items.grouped(2, 'A', "", "", "test", "x", "y"), "A"))));
    assertThat(scores.by(Metric.PLAIN, Grouping.CATEGORY, Language.EN))
        .isEqualTo(Map.of("coarse", new Score(1, 1, 0, 0, 0), "fine", new Score(1, 0, 0, 0, 0)));
    assertThat(scores.by(Metric.PLAIN, Grouping.L2_CATEGORY, Language.EN)).isEmpty();
    assertThat(scores.by(Metric.PLAIN, Grouping.SPLIT, Language.EN).get("test").accuracy())
        .isEqualTo(0.5);
  }

  @Test
  void haveTheChanceOfTheirOwnRows() {
    // Two options that move over four letters: four rows, each guessed with 1/2.
    List<Prediction> moved = new ArrayList<>();
    for (int k = 0; k < 4; k++) {
      char first = "ADCB".charAt(k);
      char second = "BADC".charAt(k);
      TreeMap<Character, String> options = new TreeMap<>(Map.of(first, "x", second, "y"));
      BenchmarkItem question = Items.item(1, 'A', "x", "y");
      moved.add(
          Prediction.of(
              question.with(1 + k * QuestionRows.ROTATION, options, Optional.of(first)), "?"));
    }
    for (BenchmarkItem row : Rotations.of(Items.item(2, 'A', "v", "w", "x", "y"))) {
      moved.add(Prediction.of(row, "?"));
    }
    assertThat(chance(moved))
        .isEqualTo(
            Map.of(
                Metric.PLAIN,
                3.0 / 8,
                Metric.CIRCULAR,
                (1.0 / 16 + 1.0 / 256) / 2,
                Metric.PLAIN_ALL_ROWS,
                3.0 / 8));
  }

  @Test
  void haveTheChanceOfAllRotationsThoughOneIsMissing() {
    List<Prediction> rotations =
        Rotations.of(Items.item(1, 'A', "x", "y", "z")).stream()
            .limit(2)
            .map(row -> Prediction.of(row, "?"))
            .toList();
    assertThat(chance(rotations).get(Metric.CIRCULAR)).isEqualTo(1.0 / 27, within(1e-15));
  }

  private static Map<Metric, Double> chance(List<Prediction> predictions) {
    Map<Metric, Double> chance = new HashMap<>();
    for (Scores.Line line : Scores.of(Map.of(Language.EN, predictions)).table()) {
      if (line.grouping() == Grouping.OVERALL) {
        chance.put(line.metric(), line.chance());
      }
    }
    return chance;
  }

  @Test
  void refuseWhatCannotBeScored() {
    BenchmarkItem secret =
        new BenchmarkItem(
            9,
            "?",
            Optional.empty(),
            new TreeMap<>(Map.of('A', "x", 'B', "y")),
            Optional.empty(),
            "",
            "",
            "",
            null);
    assertThatThrownBy(() -> Scores.of(Map.of(Language.EN, List.of(Prediction.of(secret, "A")))))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "Cannot score question 9: the benchmark tells no answer (score it where its answers are kept, or name a benchmark file that has them)");
    assertThatThrownBy(() -> Scores.of(Map.of()))
        .isInstanceOf(DataException.class)
        .hasMessage("Cannot score: no predictions (expected at least one language)");
    assertThatThrownBy(() -> Scores.of(Map.of(Language.TR, List.of())))
        .isInstanceOf(DataException.class)
        .hasMessage("Cannot score tr: no predictions (expected one per question)");
    Prediction twice = Prediction.of(Items.item(3, 'A', "x", "y"), "A");
    assertThatThrownBy(() -> Scores.of(Map.of(Language.TR, List.of(twice, twice))))
        .isInstanceOf(DataException.class)
        .hasMessage("Cannot score tr: two predictions for question 3 (expected one each)");
    List<Prediction> rotations =
        Rotations.of(Items.item(3, 'A', "x", "y", "z")).stream()
            .skip(1)
            .map(row -> Prediction.of(row, "A"))
            .toList();
    assertThatThrownBy(() -> Scores.of(Map.of(Language.TR, rotations)))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith("Cannot score tr: only rotations of questions are there");
  }

  @Test
  void haveWilsonsInterval() {
    // Newcombe (1998), table I: 81 of 263.
    Score score = new Score(263, 81, 0, 0, 0);
    assertThat(score.low()).isEqualTo(0.2553, within(5e-5));
    assertThat(score.high()).isEqualTo(0.3662, within(5e-5));
    assertThat(new Score(10, 0, 0, 0, 0).low()).isZero();
    assertThat(new Score(10, 10, 0, 0, 0).high()).isEqualTo(1, within(1e-12));
  }

  @Test
  void wilsonsIntervalHoldsTheTruthNineteenTimesOfTwenty() {
    Random random = new Random(5);
    for (double truth : new double[] {0.25, 0.5, 0.8}) {
      int held = 0;
      for (int run = 0; run < 4000; run++) {
        int hits = 0;
        for (int question = 0; question < 200; question++) {
          hits += random.nextDouble() < truth ? 1 : 0;
        }
        Score score = new Score(200, hits, 0, 0, 0);
        held += score.low() <= truth && truth <= score.high() ? 1 : 0;
      }
      assertThat(held / 4000.0).as("accuracy %s", truth).isBetween(0.93, 0.97);
    }
  }
}
