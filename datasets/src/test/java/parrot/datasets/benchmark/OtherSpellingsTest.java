package parrot.datasets.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import parrot.datasets.DataException;
import parrot.datasets.ReferenceText;
import parrot.datasets.language.Language;

/** Tables that say the same as the published ones in other ways. */
class OtherSpellingsTest {
  private static final byte[] IMAGE = bytes(300);
  private static final String BASE64 = Base64.getEncoder().encodeToString(IMAGE);

  @TempDir Path folder;

  private static byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    Arrays.fill(bytes, (byte) 0xFB);
    return bytes;
  }

  private org.apache.hadoop.fs.Path file(String name, String... lines) throws Exception {
    return ReferenceText.write(
        folder, name, String.join("\n", lines).replace("IMAGE", BASE64) + "\n");
  }

  private List<BenchmarkItem> read(String... lines) throws Exception {
    return BenchmarkFile.read(ReferenceText.local(), file("MMMB_en.tsv", lines)).items();
  }

  @Test
  void columnsMayBeWrittenInAnotherCaseAndWithSpaces() throws Exception {
    BenchmarkItem item =
        read(
                "Index\t Question \ta\tb\tANSWER\tCategory\tL2 category\tImage",
                "3\tWhat?\tred\tblue\tB\tcoarse\tfine\tIMAGE")
            .get(0);

    assertThat(item.options()).isEqualTo(Map.of('A', "red", 'B', "blue"));
    assertThat(item.answer()).contains('B');
    assertThat(List.of(item.category(), item.l2Category())).containsExactly("coarse", "fine");
  }

  @Test
  void otherColumnsOfOneLetterAreNoOptions() throws Exception {
    BenchmarkItem box =
        read(
                "index\tquestion\tA\tB\tx\ty\tw\th\tanswer\timage",
                "3\tQ\tred\tblue\t1\t2\t3\t4\tA\tIMAGE")
            .get(0);
    assertThat(box.options()).isEqualTo(Map.of('A', "red", 'B', "blue"));

    BenchmarkItem lower =
        read("index\tquestion\ta\tb\tx\tanswer\timage", "3\tQ\tred\tblue\t1\tA\tIMAGE").get(0);
    assertThat(lower.options()).isEqualTo(Map.of('A', "red", 'B', "blue"));

    BenchmarkItem open =
        read("index\tquestion\ta\tanswer\timage", "3\tQ\t1\ttwo words\tIMAGE").get(0);
    assertThat(open.open().isPresent()).isTrue();
  }

  @Test
  void aColumnOfTheExactNameIsTakenBeforeOneLikeIt() throws Exception {
    BenchmarkItem item =
        read("index\tquestion\tA\tB\tAnswer\tanswer\timage", "3\tQ\tred\tblue\tA\tB\tIMAGE").get(0);

    assertThat(item.answer()).contains('B');
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "b|B",
        "(B)|B",
        "b.|B",
        "Ｂ|B",
        "B. blue|B",
        "blue|B",
        " Blue |B",
        "(c) c|C",
        "a|",
        "BC|",
        "B. red|",
        "1|",
        "green|"
      })
  void anAnswerIsALetterOrTheTextOfOneOption(String answer, Character letter) throws Exception {
    List<BenchmarkItem> items =
        read(
            "index\tquestion\tA\tB\tC\tD\tanswer\timage",
            "1\tQ\tred\tblue\tc\ta\t" + answer + "\tIMAGE",
            "2\tQ\tred\tblue\tc\ta\tB\tIMAGE");

    assertThat(items.get(0).answer()).isEqualTo(Optional.ofNullable(letter));
    assertThat(items.get(0).problem().isPresent()).isEqualTo(letter == null);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "options|['red', \"blue\"]",
        "choices|[\"red\", \"blue\"]",
        "Choices|{\"A\": \"red\", \"b\": \"blue\"}",
      })
  void optionsMayLieInOneCell(String column, String cell) throws Exception {
    String quoted = '"' + cell.replace("\"", "\"\"") + '"';
    List<BenchmarkItem> items =
        read(
            "index\tquestion\t" + column + "\tanswer\timage",
            "1\tQ\t" + quoted + "\tB\tIMAGE",
            "2\tQ\t\tB\tIMAGE");

    assertThat(items.get(0).options()).isEqualTo(Map.of('A', "red", 'B', "blue"));
    assertThat(items.get(0).answer()).contains('B');
    assertThat(items.get(0).problem()).isEmpty();
    assertThat(items.get(1).problem().orElseThrow()).contains("no options, and");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "A. red\\nB. blue",
        "{\"1\": \"red\", \"2\": \"blue\"}",
        "{\"A\": \"red\", \"B\": \"blue\", \"note\": \"green\"}",
        "{\"A\": \"red\", \"a\": \"blue\"}",
        "{\"A\": \"red\", \"B\": [\"blue\"]}",
        "{\"A\": \"red\", \"B\": \"blue\"",
        "[A. red, B. blue]",
        "['red', 'it's blue']",
        "[\"red\", \"blue\"",
        "[{\"A\": \"red\"}, {\"B\": \"blue\"}]",
        "[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27]"
      })
  void optionsInOneCellThatCannotBeReadWholeAreAProblem(String cell) throws Exception {
    List<BenchmarkItem> items =
        read(
            "index\tquestion\toptions\tanswer\timage",
            "1\tQ\t\"" + cell.replace("\"", "\"\"") + "\"\tred\tIMAGE",
            "2\tQ\t['red', u'blue', '']\tred\tIMAGE");

    assertThat(items.get(0).problem())
        .hasValueSatisfying(
            said ->
                assertThat(said)
                    .startsWith("line 2 column options: not options that can be read (must be a"));
    assertThat(items.get(0).open()).isEmpty();
    assertThat(items.get(1).problem()).isEmpty();
    assertThat(items.get(1).options()).isEqualTo(Map.of('A', "red", 'B', "blue"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "{}"})
  void aQuestionIsOpenIfItsCellOfOptionsIsEmpty(String cell) throws Exception {
    BenchmarkItem item =
        read("index\tquestion\toptions\tanswer\timage", "1\tQ\t" + cell + "\tred\tIMAGE").get(0);

    assertThat(item.problem()).isEmpty();
    assertThat(item.open().orElseThrow().accepted()).containsExactly("red");
  }

  @Test
  void anImageMayBeWrittenForAddressesOrByPython() throws Exception {
    List<BenchmarkItem> items =
        read(
            "index\tquestion\tA\tB\tanswer\timage",
            "1\tQ\ta\tb\tB\t" + Base64.getUrlEncoder().encodeToString(IMAGE),
            "2\tQ\ta\tb\tB\tb'IMAGE'",
            "3\tQ\ta\tb\tB\t['data:image/png;base64,IMAGE']");

    assertThat(items).allSatisfy(item -> assertThat(item.image()).isEqualTo(IMAGE));
  }

  @Test
  void severalImagesAreToldHoweverLargeTheyAre() throws Exception {
    String large = Base64.getEncoder().encodeToString(bytes(300_000));
    List<BenchmarkItem> items =
        read(
            "index\tquestion\tA\tB\tanswer\timage",
            "1\tQ\ta\tb\tB\t['" + large + "', '" + large + "']",
            "2\tQ\ta\tb\tB\tIMAGE");

    assertThat(items.get(0).problem())
        .hasValueSatisfying(
            said ->
                assertThat(said)
                    .contains("a list of 2 images (several images in one question are not"));
    assertThat(items.get(1).problem()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "en,Yes.,No",
    "en,Y,n",
    "cn,是,否",
    "cn,有,没有",
    "pt,Sim,Não",
    "ar,نعم,لا",
    "tr,Evet,Hayır",
    "tr,var,yok",
    "ru,Да,Нет"
  })
  void yesAndNoAreReadInSixLanguages(String suffix, String yes, String no) throws Exception {
    List<BenchmarkItem> items =
        BenchmarkFile.read(
                ReferenceText.local(),
                file(
                    "POPE_" + suffix + ".tsv",
                    "index\tquestion\tanswer\timage",
                    "1\tA dog?\t" + yes + "\tIMAGE",
                    "2\tA cat?\t" + no + "\tIMAGE"))
            .items();
    Language language = BenchmarkName.parse("POPE_" + suffix + ".tsv").language();

    assertThat(items)
        .allMatch(item -> item.open().orElseThrow().kind() == AnswerKind.YES_NO)
        .allMatch(item -> item.problem().isEmpty());
    if (yes.length() > 1 || language.equals(Language.ZH)) {
      assertThat(right(items.get(0), yes + "!", language)).isTrue();
      assertThat(right(items.get(1), "<think>" + yes + "?</think> " + no, language)).isTrue();
      assertThat(right(items.get(0), "<think>" + yes, language)).isFalse();
    }
  }

  private static boolean right(BenchmarkItem item, String said, Language language) {
    return Prediction.of(item, said).isRight(MatchingRule.MULTILINGUAL, language);
  }

  @ParameterizedTest
  @CsvSource({"response", "output", "Model_Output", "pred", "Prediction"})
  void predictionsMayHaveAColumnThatOthersName(String column) throws Exception {
    var path =
        file("p.tsv", "index\tquestion\tA\tB\tanswer\t" + column, "1\tQ\tred\tblue\tB\tblue");

    assertThat(PredictionFile.read(ReferenceText.local(), path))
        .extracting(Prediction::text)
        .containsExactly(Optional.of("blue"));
  }

  @Test
  void refusesTwoColumnsThatMayBeTheAnswers() throws Exception {
    var path = file("p.tsv", "index\tquestion\tA\tB\tresponse\toutput", "1\tQ\tred\tblue\tA\tB");

    assertThatThrownBy(() -> PredictionFile.read(ReferenceText.local(), path))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("each of the columns response, output may be the answers");
  }

  @Test
  void predictionsWithoutQuestionsBelongToThoseOfABenchmark() throws Exception {
    var path =
        file(
            "p.jsonl",
            "{\"question_id\": 7, \"text\": \"B\"}",
            "{\"question_id\": 1000007, \"text\": null}");
    BenchmarkItem asked = Items.item(7, 'B', "red", "blue");

    assertThatThrownBy(() -> PredictionFile.read(ReferenceText.local(), path))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("it has answers and no questions (name the benchmark file");
    assertThat(PredictionFile.read(ReferenceText.local(), path, List.of(asked)))
        .containsExactly(Prediction.of(asked, "B"), Prediction.missing(Rotations.of(asked).get(1)));
    assertThatThrownBy(
            () ->
                PredictionFile.read(
                    ReferenceText.local(), path, List.of(Items.item(8, 'B', "red", "blue"))))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith("Cannot score question 7: the benchmark has no such question");
  }
}
