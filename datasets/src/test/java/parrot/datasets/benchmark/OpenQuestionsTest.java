package parrot.datasets.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.datasets.DataException;
import parrot.datasets.ReferenceText;
import parrot.datasets.language.Language;

/** Benchmarks without options: yes or no, short answers, captions. */
class OpenQuestionsTest {
  @TempDir Path folder;

  private List<BenchmarkItem> read(String name, String... rows) throws Exception {
    return BenchmarkFile.read(ReferenceText.local(), file(name, rows)).items();
  }

  private org.apache.hadoop.fs.Path file(String name, String... rows) throws Exception {
    String text = String.join("\n", rows).replace("IMAGE", image(0)).replace("OTHER", image(1));
    return new org.apache.hadoop.fs.Path(
        Files.writeString(folder.resolve(name), text + "\n").toUri());
  }

  private static String image(int number) {
    byte[] bytes = new byte[90];
    bytes[0] = (byte) number;
    return Base64.getEncoder().encodeToString(bytes);
  }

  private static OpenQuestion open(BenchmarkItem item) {
    return item.open().orElseThrow();
  }

  @Test
  void yesNoFilesAreKnownByTheirAnswers() throws Exception {
    List<BenchmarkItem> items =
        read(
            "POPE_en.tsv",
            "index\timage\tquestion\tanswer\tcategory",
            "0\tIMAGE\tIs there a dog?\tYes\trandom",
            "1\t0\tIs there a cat?\tno\trandom");

    assertThat(items).extracting(item -> open(item).kind()).containsOnly(AnswerKind.YES_NO);
    assertThat(items.get(1).answerText()).contains("no");
    assertThat(MultipleChoicePrompt.of(items.get(0), Language.EN))
        .isEqualTo("Is there a dog?\nAnswer the question using a single word or phrase.");
  }

  @Test
  void theNameOrAColumnTellsTheRule() throws Exception {
    String header = "index\timage\tquestion\tanswer";
    assertThat(
            open(
                read("TextVQA_VAL_en.tsv", header, "0\tIMAGE\tBrand?\t['nokia', \"it's\"]").get(0)))
        .isEqualTo(new OpenQuestion(AnswerKind.VQA, List.of("nokia", "it's")));
    assertThat(open(read("DocVQA_VAL_en.tsv", header, "0\tIMAGE\tDate?\t[\"1/8/93\"]").get(0)))
        .isEqualTo(new OpenQuestion(AnswerKind.ANLS, List.of("1/8/93")));
    assertThat(open(read("ChartQA_TEST_en.tsv", header, "0\tIMAGE\tHow many?\t14").get(0)))
        .isEqualTo(new OpenQuestion(AnswerKind.RELAXED, List.of("14")));
    assertThat(open(read("Own_en.tsv", header, "0\tIMAGE\tColour?\tred").get(0)).kind())
        .isEqualTo(AnswerKind.EXACT);
    assertThat(
            open(read("Own_en.tsv", header + "\tkind", "0\tIMAGE\tColour?\tred\tanls").get(0))
                .kind())
        .isEqualTo(AnswerKind.ANLS);
    assertThatThrownBy(() -> read("Own_en.tsv", header + "\tkind", "0\tIMAGE\tColour?\tred\tblue"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("blue is not a kind of answers (must be one of yes-no, vqa, anls,");
  }

  @Test
  void aCaptionIsAskedForInItsOwnWordsAndHasNoScore() throws Exception {
    BenchmarkItem item =
        read("COCO_VAL_en.tsv", "index\timage\tquestion", "0\tIMAGE\tDescribe the image.").get(0);

    assertThat(open(item).kind()).isEqualTo(AnswerKind.CAPTION);
    assertThat(item.hasAnswer()).isFalse();
    assertThat(MultipleChoicePrompt.of(item, Language.EN)).isEqualTo("Describe the image.");
  }

  @Test
  void aCaptionHasNoScoreEvenIfTheFileHasAnswers() throws Exception {
    BenchmarkItem item =
        read("COCO_en.tsv", "index\timage\tquestion\tanswer", "0\tIMAGE\tDescribe it.\ta dog")
            .get(0);

    assertThat(item.hasAnswer()).isFalse();
    assertThat(item.problem()).isEmpty();
    assertThat(item.answerText()).contains("a dog");
  }

  @Test
  void aCaptionAmongScoredQuestionsHasAProblem() throws Exception {
    List<BenchmarkItem> items =
        read(
            "Own_en.tsv",
            "index\timage\tquestion\tanswer\tkind",
            "0\tIMAGE\tColour?\tred\texact",
            "1\tIMAGE\tDescribe it.\ta dog\tcaption");

    assertThat(items.get(0).problem()).isEmpty();
    assertThat(items.get(1).problem().orElseThrow()).contains("a caption is not scored");
  }

  @Test
  void anUnreadableAnswerIsNeverRight() {
    OpenQuestion asked = new OpenQuestion(AnswerKind.YES_NO, List.of("maybe"));

    assertThat(asked.credit("perhaps", MatchingRule.PUBLISHED_2024, Language.EN)).isZero();
  }

  @Test
  void aRowWithoutAnswerOrWithAStrangeOneHasAProblem() throws Exception {
    List<BenchmarkItem> items =
        read(
            "POPE_en.tsv",
            "index\timage\tquestion\tanswer\tkind",
            "0\tIMAGE\tIs there a dog?\tyes\tyes-no",
            "1\tIMAGE\tIs there a cat?\t\tyes-no",
            "2\tIMAGE\tIs there a cow?\tmaybe\tyes-no");

    assertThat(items.get(0).problem()).isEmpty();
    assertThat(items.get(1).problem().orElseThrow()).contains("line 3 column answer: no answer");
    assertThat(items.get(2).problem().orElseThrow()).contains("neither yes nor no");
  }

  @Test
  void predictionsAreReadAsTheyWereWritten() throws Exception {
    List<BenchmarkItem> items =
        read(
            "TextVQA_en.tsv",
            "index\timage\tquestion\tanswer",
            "0\tIMAGE\tBrand?\t['a', 'b \"c\"']",
            "1\tIMAGE\tModel?\t['n9']");
    List<Prediction> predictions =
        List.of(Prediction.of(items.get(0), "a"), Prediction.missing(items.get(1)));
    var path = new org.apache.hadoop.fs.Path(folder.resolve("p.tsv").toUri());
    PredictionFile.write(ReferenceText.local(), path, predictions);

    List<Prediction> read = PredictionFile.read(ReferenceText.local(), path);
    assertThat(read)
        .extracting(Prediction::text)
        .containsExactly(Optional.of("a"), Optional.empty());
    assertThat(read)
        .extracting(one -> open(one.item()))
        .isEqualTo(items.stream().map(OpenQuestionsTest::open).toList());
  }

  @Test
  void answersThatCountInPartAddUp() throws Exception {
    List<BenchmarkItem> items =
        read(
            "DocVQA_en.tsv",
            "index\timage\tquestion\tanswer",
            "0\tIMAGE\tBrand?\tnokia",
            "1\tIMAGE\tBrand?\tnokia");
    Scores first = score(Prediction.of(items.get(0), "nokla"), Prediction.of(items.get(1), "?"));
    Scores second =
        score(Prediction.of(items.get(0), "nokia"), Prediction.of(items.get(1), "nokia"));

    Score score = first.score(Metric.PLAIN, Language.EN).orElseThrow();
    assertThat(score.accuracy()).isEqualTo(0.4, within(1e-12));
    assertThat(score.parseFailures()).isZero();
    PairedComparison comparison = PairedComparison.of(first, second, Metric.PLAIN, Language.EN);
    assertThat(comparison.difference()).isEqualTo(0.6, within(1e-12));
    assertThat(comparison.onlySecond()).isEqualTo(2);
  }

  private static Scores score(Prediction... predictions) {
    return Scores.of(Map.of(Language.EN, List.of(predictions)));
  }

  /** Numbers by hand: two images with two questions each, in two categories. */
  @Test
  void yesNoHasItsPublishedFigures() throws Exception {
    List<BenchmarkItem> items =
        read(
            "MME_en.tsv",
            "index\timage\tquestion\tanswer\tcategory",
            "0\tIMAGE\tA?\tYes\texistence",
            "1\tIMAGE\tB?\tNo\texistence",
            "2\tOTHER\tC?\tYes\tcode_reasoning",
            "3\tOTHER\tD?\tNo\tcode_reasoning");
    Scores scores =
        score(
            Prediction.of(items.get(0), "Yes"),
            Prediction.of(items.get(1), "No."),
            Prediction.of(items.get(2), "Yes"),
            Prediction.of(items.get(3), "Yes, perhaps"));

    assertThat(scores.score(Metric.PLAIN, Language.EN)).contains(new Score(4, 3, 0, 0, 0));
    assertThat(scores.score(Metric.PAIRED, Language.EN)).contains(new Score(2, 1, 0, 0, 0));
    assertThat(scores.figures(Language.EN))
        .isEqualTo(
            Map.of(
                "precision", 2.0 / 3,
                "recall", 1.0,
                "f1", 0.8,
                "yes ratio", 0.75,
                "mme perception", 200.0,
                "mme cognition", 50.0));
    assertThat(scores.table())
        .filteredOn(line -> line.metric() == Metric.PAIRED && line.group().equals("overall"))
        .extracting(Scores.Line::chance)
        .containsExactly(0.25);
  }

  @Test
  void fidelityIsTheShareOfAnswersInTheLanguageOfTheQuestion() {
    List<Prediction> predictions =
        List.of(
            Prediction.of(Items.item(0, 'A', "x", "y"), "На картинке изображена большая собака."),
            Prediction.of(Items.item(1, 'A', "x", "y"), "There is a large dog in the picture."),
            Prediction.of(Items.item(2, 'A', "x", "y"), "B"));

    assertThat(LanguageFidelity.of(predictions, Language.RU)).hasValue(0.5);
    assertThat(LanguageFidelity.of(predictions.subList(2, 3), Language.RU)).isEmpty();
  }
}
