package parrot.jobs.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.datasets.DataException;
import parrot.datasets.UsageException;
import parrot.jobs.failure.FailedException;

final class ScoreCommandTest {
  private static final String HEADER =
      "index\tquestion\tA\tB\tanswer\tcategory\tl2-category\tsplit\tprediction\n";

  @TempDir Path folder;

  private String file(String name, String... predictions) throws IOException {
    return file(folder.resolve(name), predictions);
  }

  static String file(Path file, String... predictions) throws IOException {
    StringBuilder rows = new StringBuilder(HEADER);
    for (int i = 0; i < predictions.length; i++) {
      rows.append(i).append("\tq\tcat\tdog\tA\tcoarse\tx\tdev\t").append(predictions[i]);
      rows.append('\n');
    }
    Files.createDirectories(file.getParent());
    return Files.writeString(file, rows).toString();
  }

  @Test
  void scoresWhatWasPredictedWithoutAModel() throws Exception {
    String file = file("MMMB_en.tsv", "A", "The dog.", "who knows", "", "cat");

    String printed = TestOutput.of(new ScoreCommand(), file);

    assertThat(printed).contains("MMMB, plain (default)");
    assertThat(printed.lines().filter(line -> line.strip().startsWith("en")).findFirst())
        .hasValueSatisfying(
            line ->
                assertThat(line.strip().split("\\s+"))
                    .containsSubsequence("en", "5", "40.0", "%", "50.0", "%", "1", "0", "1"));
  }

  @Test
  void writesTheScoresAsJson() throws Exception {
    String file = file("MMMB_cn.tsv", "A", "B");
    Path json = folder.resolve("scores.json");

    TestOutput.of(new ScoreCommand(), file, "--json", json.toString());

    assertThat(Files.readString(json))
        .contains("\"language\" : \"zh\"", "\"accuracy\" : 0.5", "\"metric\" : \"plain\"");
  }

  @Test
  void tellsChanceOfEachCategory() throws Exception {
    Path file = folder.resolve("MMMB_en.tsv");
    Files.writeString(
        file,
        """
        index\tquestion\tA\tB\tC\tD\tanswer\tcategory\tprediction
        0\tHow big?\tlarge\tsmall\t\t\tA\tsize\tA
        1\tHow many?\tone\ttwo\tthree\tfour\tA\tcount\tA
        """);
    Path json = folder.resolve("scores.json");

    TestOutput.of(new ScoreCommand(), file.toString(), "--json", json.toString());

    JsonNode lines = new ObjectMapper().readTree(json.toFile()).at("/benchmarks/0/lines");
    Map<String, Double> chance = new TreeMap<>();
    lines.forEach(line -> chance.put(line.get("group").asText(), line.get("chance").asDouble()));
    assertThat(chance)
        .containsEntry("overall", 0.375)
        .containsEntry("size", 0.5)
        .containsEntry("count", 0.25);
  }

  @Test
  void refusesACircularScoreWithoutRotations() throws Exception {
    String file = file("MMMB_en.tsv", "A", "B");
    String other = file("other/MMMB_en.tsv", "A", "B");

    assertThatThrownBy(() -> TestOutput.of(new ScoreCommand(), file, "--circular"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("Cannot score MMMB circularly")
        .hasMessageContaining("evaluate with --circular");
    assertThatThrownBy(
            () -> TestOutput.of(new ScoreCommand(), file, "--compare", other, "--circular"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("evaluate with --circular");
  }

  @Test
  void refusesTheCircularScoreOfALanguageWithoutRotations() throws Exception {
    String rotated = file("MMBench_en.tsv", "A");
    Files.writeString(
        Path.of(rotated),
        HEADER
            + "1\tq\tcat\tdog\tA\tcoarse\tx\tdev\tA\n"
            + "1000001\tq\tdog\tcat\tB\tcoarse\tx\tdev\tB\n");
    String plain = file("MMBench_ru.tsv", "A", "A");
    Path json = folder.resolve("scores.json");

    assertThatThrownBy(
            () -> TestOutput.of(new ScoreCommand(), rotated, plain, "--json", json.toString()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("1 files have no scores");
    JsonNode failures = new ObjectMapper().readTree(json.toFile()).at("/benchmarks/0/failures");
    assertThat(failures).hasSize(1);
    assertThat(failures.get(0).path("language").asText()).isEqualTo("ru");
    assertThat(failures.get(0).path("problem").asText()).contains("no circular score");
  }

  @Test
  void saysThatMmbenchWithoutRotationsIsNotScoredAsPublished() throws Exception {
    String mmbench = TestOutput.of(new ScoreCommand(), file("MMBench_en.tsv", "A", "B"));
    String mmmb = TestOutput.of(new ScoreCommand(), file("MMMB_en.tsv", "A", "B"));

    assertThat(mmbench)
        .contains(
            "MMBench is published circular, this is plain as the predictions have no rotations");
    assertThat(mmmb).doesNotContain("not comparable");
  }

  @Test
  void comparesWithAnotherModelOnTheSameQuestions() throws Exception {
    String better = file("one/MMMB_en.tsv", "A", "A", "A", "B");
    String worse = file("other/MMMB_en.tsv", "A", "B", "B", "B");

    String printed = TestOutput.of(new ScoreCommand(), better, "--compare", worse);

    List<String> rows = printed.lines().filter(line -> line.strip().startsWith("all")).toList();
    assertThat(rows).hasSize(1);
    assertThat(rows.get(0)).contains("+50.0 %");
  }

  @Test
  void correctsForTheNumberOfLanguagesAndMarksWhatIsTooSmallToShow() throws Exception {
    String[] right = {"A", "A", "A", "A", "A", "A", "A", "B", "B", "B"};
    String[] wrong = {"B", "B", "B", "B", "B", "B", "A", "B", "B", "B"};
    for (String language : List.of("en", "pt", "tr")) {
      file("one/MMMB_%s.tsv".formatted(language), right);
      file("other/MMMB_%s.tsv".formatted(language), language.equals("en") ? wrong : right);
    }

    String printed =
        TestOutput.of(
            new ScoreCommand(),
            folder.resolve("one").toString(),
            "--compare",
            folder.resolve("other").toString());

    String table = printed.substring(printed.indexOf("same questions"));
    // 2 / 2^6 by McNemar, times three languages by Holm.
    assertThat(table)
        .containsPattern("en .*\\+60\\.0 %  .* 0\\.0938  no clear difference")
        .containsPattern("pt .* \\+0\\.0 %~ .* 1\\.0000  no clear difference")
        .containsPattern("all .* 0\\.0313  better");
  }

  @Test
  void writesALeaderboard() throws Exception {
    for (String model : List.of("a,b", "c|d")) {
      file(model + "/MMMB_en.tsv", "A", "A", "B", "A");
      file(model + "/MMMB_tr.tsv", "A", "A", "B", "B");
    }
    for (String name : List.of("board.csv", "board.md")) {
      TestOutput.of(
          new ScoreCommand(),
          folder.resolve("a,b").toString(),
          "--compare",
          folder.resolve("c|d").toString(),
          "--leaderboard",
          folder.resolve(name).toString());
    }

    List<String> csv = Files.readAllLines(folder.resolve("board.csv"));
    assertThat(csv).hasSize(7);
    assertThat(csv.get(1)).startsWith("\"a,b\",MMMB,plain,en,4,,0.5,0.75,0.3006");
    assertThat(csv.get(3)).startsWith("\"a,b\",MMMB,plain,mean,,4,,0.625,");
    assertThat(csv.get(4)).startsWith("c|d,MMMB,plain,en,4,");
    assertThat(Files.readAllLines(folder.resolve("board.md")))
        .contains(
            "## MMMB, plain",
            "| model | en | tr | mean |",
            "| chance | 50.0 | 50.0 | |",
            "| n | 4 | 4 | |")
        .anyMatch(line -> line.startsWith("| c\\|d | 75.0 (30.1 to 95.4) | 50.0 ("));
    assertThatThrownBy(
            () ->
                TestOutput.of(
                    new ScoreCommand(),
                    folder.resolve("a,b").toString(),
                    "--leaderboard",
                    folder.resolve("board.txt").toString()))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("must end in .csv or .md");
  }

  @Test
  void showsPublishedScoresBesideMeasuredOnesAndMarksThem() throws Exception {
    String own = file("own/MMMB_en.tsv", "A", "A", "B", "A");
    Path published = folder.resolve("published.tsv");
    Files.writeString(
        published,
        """
        model\tbenchmark\tmetric\tlanguage\tpercent\tsource
        Other-7B\tMMMB\tplain\ten\t12.5\tsomebody 2024
        Other-7B\tMMMB\tplain\tmean\t10\tsomebody 2024
        Other-7B\tMMMB\tcircular\ten\t99\tsomebody 2024
        """);
    for (String name : List.of("board.csv", "board.md")) {
      TestOutput.of(
          new ScoreCommand(),
          own,
          "--leaderboard",
          folder.resolve(name).toString(),
          "--published",
          published.toString());
    }

    assertThat(Files.readAllLines(folder.resolve("board.csv")))
        .hasSize(5)
        .contains("Other-7B,MMMB,plain,en,,,,0.125,,,\"somebody 2024\"")
        .anyMatch(line -> line.startsWith("MMMB_en.tsv,MMMB,plain,en,4,") && line.endsWith(","));
    assertThat(Files.readString(folder.resolve("board.md")))
        .contains("| *Other-7B*, published (somebody 2024) | 12.5 | 10.0 |")
        .contains("were not measured here");
  }

  @Test
  void writesJsonLinesThatScoreAlike() throws Exception {
    String file = file("MMMB_tr.tsv", "A", "The dog.", "who knows", "\"\"", "", "cat");
    Path lines = folder.resolve("lines");

    String first = TestOutput.of(new ScoreCommand(), file, "--lines", lines.toString());
    String second = TestOutput.of(new ScoreCommand(), lines.resolve("MMMB_tr.jsonl").toString());

    assertThat(second).isEqualTo(first);
    assertThat(Files.readAllLines(lines.resolve("MMMB_tr.jsonl")).get(1))
        .contains(
            "\"prediction\":\"The dog.\"",
            "\"matched\":\"B\"",
            "\"matching\":\"published-2024\"",
            "\"reason\":\"text\"");
  }

  @Test
  void writesSpreadsheetsThatScoreAlike() throws Exception {
    String file = file("MMMB_tr.tsv", "A", "The dog.", "who knows", "", "cat");
    Path sheets = folder.resolve("sheets");

    String first = TestOutput.of(new ScoreCommand(), file, "--xlsx", sheets.toString());
    String second = TestOutput.of(new ScoreCommand(), sheets.resolve("MMMB_tr.xlsx").toString());

    assertThat(second).isEqualTo(first);
  }

  @Test
  void theGateOpensUnlessAScoreIsClearlyWorse() throws Exception {
    String good = file("good/MMMB_en.tsv", "A,A,A,A,A,A,A,A,A,A".split(","));
    String similar = file("similar/MMMB_en.tsv", "A,A,A,A,B,B,B,A,A,A".split(","));
    String bad = file("bad/MMMB_en.tsv", "A,B,B,B,B,B,B,B,B,A".split(","));

    assertThat(TestOutput.of(new ScoreCommand(), good, "--gate", bad)).contains("better");
    assertThat(TestOutput.of(new ScoreCommand(), good, "--gate", good))
        .contains("against the baseline", "no clear difference");
    assertThat(TestOutput.of(new ScoreCommand(), similar, "--gate", good))
        .contains("no clear difference");
    assertThatThrownBy(() -> TestOutput.of(new ScoreCommand(), bad, "--gate", good))
        .isInstanceOf(FailedException.class)
        .hasMessageStartingWith("Worse than the baseline: MMMB in en by 80.0 points (95 % interval")
        .hasMessageContaining("; MMMB in all by 80.0 points");
  }

  @Test
  void theGateStaysShutIfAFileOfTheBaselineIsMissing() throws Exception {
    String file = file("one/MMMB_en.tsv", "A");
    file("other/MMMB_en.tsv", "A");
    file("other/MMMB_tr.tsv", "A");

    assertThatThrownBy(
            () ->
                TestOutput.of(
                    new ScoreCommand(), file, "--gate", folder.resolve("other").toString()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("it has [MMMB_tr], the predictions have not");
  }

  @Test
  void refusesToCompareDifferentQuestions() throws Exception {
    String one = file("one/MMMB_en.tsv", "A", "A");
    String other = file("other/MMMB_en.tsv", "A");

    assertThatThrownBy(() -> TestOutput.of(new ScoreCommand(), one, "--compare", other))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("not asked the same questions");
  }

  @Test
  void saysThatRowsAreMissing() throws Exception {
    String[] all = new String[20];
    Arrays.fill(all, "A");
    Path whole = Path.of(file("run/MMMB_en.tsv", all));
    List<String> rows = Files.readAllLines(whole);
    rows.remove(7);
    Files.write(folder.resolve("run/MMMB_tr.tsv"), rows);

    String printed = TestOutput.of(new ScoreCommand(), folder.resolve("run").toString());

    assertThat(printed)
        .contains("clusters, not of the same questions: not comparable")
        .contains("MMMB_tr: 1 indexes from 0 to 19 have no prediction (pass --benchmark")
        .doesNotContain("MMMB_en: ");
  }

  @Test
  void saysWhichFilesAreNotCompared() throws Exception {
    file("one/MMMB_en.tsv", "A");
    file("one/MMMB_tr.tsv", "A");
    String other = file("other/MMMB_en.tsv", "A");

    assertThat(
            TestOutput.of(new ScoreCommand(), folder.resolve("one").toString(), "--compare", other))
        .contains("MMMB_tr is not compared: it is only among the first predictions");
  }

  @Test
  void saysHowToConvertOtherFiles() throws Exception {
    String csv = file("MMMB_en.csv", "A");

    assertThatThrownBy(() -> TestOutput.of(new ScoreCommand(), csv))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("only .tsv, .xlsx and .jsonl are read (convert it");
  }

  @Test
  void refusesToCompareDifferentBenchmarks() throws Exception {
    String one = file("one/MMMB_en.tsv", "A");
    String other = file("other/MMMB_tr.tsv", "A");

    assertThatThrownBy(() -> TestOutput.of(new ScoreCommand(), one, "--compare", other))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("no benchmark file in common");
  }

  @Test
  void refusesToCompareOtherQuestionsOfTheSameIndex() throws Exception {
    String one = file("one/MMMB_en.tsv", "A");
    Path other = folder.resolve("other/MMMB_en.tsv");
    Files.createDirectories(other.getParent());
    Files.writeString(other, HEADER + "0\tWhere?\tleft\tright\tA\t\t\t\tA\n");

    assertThatThrownBy(() -> TestOutput.of(new ScoreCommand(), one, "--compare", other.toString()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(
            "not asked the same questions (question 0 is \"Where?\" {A=left, B=right}");
  }

  @Test
  void takesTheAnswersOfTheBenchmarkFile() throws Exception {
    String predicted = file("run/MMMB_en.tsv", "A", "B");
    Path withoutAnswers = folder.resolve("bare/MMMB_en.tsv");
    Files.createDirectories(withoutAnswers.getParent());
    Files.writeString(
        withoutAnswers,
        "index\tquestion\tA\tB\tprediction\n0\tq\tcat\tdog\tA\n1\tq\tcat\tdog\tB\n");
    Path named = folder.resolve("kit/Parrot-7B_MMMB_en.tsv");
    Files.createDirectories(named.getParent());
    Files.copy(Path.of(predicted), named);
    Path key = folder.resolve("key/MMMB_en.tsv");
    Files.createDirectories(key.getParent());
    String image = "QUJD".repeat(40);
    Files.writeString(
        key,
        "index\tquestion\tA\tB\tanswer\timage\n0\tq\tcat\tdog\tA\t%s\n1\tq\tcat\tdog\tB\t%s\n"
            .formatted(image, image));

    for (Path file : List.of(Path.of(predicted), withoutAnswers, named)) {
      assertThat(TestOutput.of(new ScoreCommand(), file.toString(), "--benchmark", key.toString()))
          .contains("macro average   100.0 %");
    }
    assertThatThrownBy(() -> TestOutput.of(new ScoreCommand(), withoutAnswers.toString()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("Not everything could be evaluated: 1 files have no scores");
  }

  @Test
  void aDamagedFileDoesNotLoseTheScoresOfTheOthers() throws Exception {
    file("run/MMMB_en.tsv", "A");
    Files.writeString(folder.resolve("run/MMMB_tr.tsv"), HEADER + "0\tq\tcat");
    Path json = folder.resolve("scores.json");

    assertThatThrownBy(
            () ->
                TestOutput.of(
                    new ScoreCommand(),
                    folder.resolve("run").toString(),
                    "--json",
                    json.toString()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("1 files have no scores");
    JsonNode benchmark = new ObjectMapper().readTree(json.toFile()).at("/benchmarks/0");
    assertThat(benchmark.at("/lines/0/accuracy").asDouble()).isEqualTo(1);
    assertThat(benchmark.at("/failures/0/problem").asText()).contains("line 2: 3 columns");
  }

  @Test
  void refusesAFileWithoutPredictions() throws Exception {
    Path file = folder.resolve("MMMB_en.tsv");
    Files.writeString(file, "index\tquestion\tA\tB\tanswer\n1\tq\ta\tb\tA\n");

    assertThat(
            PredictionFiles.read(
                List.of(file.toString()), List.of(), Optional.empty(), new Configuration()))
        .singleElement()
        .satisfies(cell -> assertThat(cell.problem().orElse("")).contains("no column prediction"));
  }

  @Test
  void refusesAFileWhoseNameHasNoLanguage() throws Exception {
    String file = file("predictions_xx.tsv", "A");

    assertThatThrownBy(() -> TestOutput.of(new ScoreCommand(), file))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("Invalid benchmark name: predictions_xx.tsv");
  }

  @Test
  void clustersByImageIfTheBenchmarkIsThere() throws Exception {
    String[] predictions = "A,A,B,B,A,A,B,B".split(",");
    String predicted = file("run/MMMB_en.tsv", predictions);
    Path key = folder.resolve("key/MMMB_en.tsv");
    Files.createDirectories(key.getParent());
    StringBuilder rows = new StringBuilder("index\tquestion\tA\tB\tanswer\timage\n");
    for (int i = 0; i < 8; i++) {
      rows.append(i).append("\tq\tcat\tdog\tA\t").append("QUJD".repeat(20 + i / 2)).append('\n');
    }
    Files.writeString(key, rows);

    assertThat(TestOutput.of(new ScoreCommand(), predicted)).contains("8 clusters");
    assertThat(TestOutput.of(new ScoreCommand(), predicted, "--benchmark", key.toString()))
        .contains("4 clusters");
  }

  @Test
  void takesTheFolderOfAnEvaluation() throws Exception {
    file("run/MMMB_en/MMMB_en.tsv", "A");
    file("run/MMMB_ru/MMMB_ru.tsv", "B");

    String printed = TestOutput.of(new ScoreCommand(), folder.resolve("run").toString());

    assertThat(printed).contains("en", "ru", "macro average    50.0 %");
  }

  @Test
  void scoresYesNoQuestionsWithTheirPublishedFigures() throws Exception {
    Path file = folder.resolve("POPE_ru.tsv");
    Files.writeString(
        file,
        """
        index\tquestion\tanswer\tprediction
        0\tЕсть собака?\tyes\tYes
        1\tЕсть кошка?\tno\tДа, на картинке есть кошка
        2\tЕсть слон?\tno\tNo
        """);

    assertThat(TestOutput.of(new ScoreCommand(), file.toString()))
        .contains("POPE, plain (default)", "66.7 %", "f1 100.0 %", "language fidelity 100.0 %");
    assertThat(TestOutput.of(new ScoreCommand(), file.toString(), "--matching", "multilingual"))
        .contains("66.7 %", "f1 66.7 %", "yes ratio 66.7 %");
  }

  @Test
  void scoresShortAnswersInPart() throws Exception {
    Path file = folder.resolve("DocVQA_en.tsv");
    Files.writeString(
        file,
        """
        index\tquestion\tanswer\tprediction
        0\tBrand?\t['nokia', 'the brand nokia']\tnokla
        1\tBrand?\tnokia\tsiemens
        """);

    assertThat(TestOutput.of(new ScoreCommand(), file.toString())).contains("40.0 %");
  }
}
