package parrot.datasets.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.datasets.DataException;
import parrot.datasets.ReferenceText;
import parrot.datasets.language.Language;

class BenchmarkFileTest {
  private static final String HEADER =
      "index\tquestion\thint\tA\tB\tC\tD\tanswer\tcategory\tl2-category\tsplit\timage\n";
  private static final byte[] PICTURE =
      "an image of many bytes ".repeat(8).getBytes(StandardCharsets.UTF_8);
  private static final String BASE64 = Base64.getEncoder().encodeToString(PICTURE);

  @TempDir Path folder;

  private BenchmarkFile read(String content) throws Exception {
    return BenchmarkFile.read(
        ReferenceText.local(), ReferenceText.write(folder, "MMMB_cn.tsv", content));
  }

  private void refused(String reason, String content) {
    assertThatThrownBy(() -> read(content))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "Cannot read "
                + new org.apache.hadoop.fs.Path(folder.resolve("MMMB_cn.tsv").toUri())
                + reason);
  }

  /** The row is there with its problem, and a good one after it is not touched. */
  private void hasProblem(String reason, String content) throws Exception {
    List<BenchmarkItem> items = read(content + row(99, "A", BASE64)).items();
    assertThat(items.get(0).problem().orElse("")).startsWith(reason);
    assertThat(items.get(items.size() - 1).problem()).isEmpty();
  }

  private static String row(int index, String answer, String image) {
    return index + "\tWhat?\t\tone\ttwo\tthree\t\t" + answer + "\tcoarse\tx\tdev\t" + image + "\n";
  }

  @Test
  void readsARowWithEverythingInIt() throws Exception {
    BenchmarkFile file = read(HEADER + "5\tQ\tlook\t1\t2\t3\t4\tD\tc\tl\tdev\t" + BASE64 + "\n");
    assertThat(file.name()).isEqualTo(new BenchmarkName("MMMB", Language.ZH));
    BenchmarkItem item = file.items().get(0);
    assertThat(item.index()).isEqualTo(5);
    assertThat(item.question()).isEqualTo("Q");
    assertThat(item.hint()).contains("look");
    assertThat(item.options()).isEqualTo(Map.of('A', "1", 'B', "2", 'C', "3", 'D', "4"));
    assertThat(item.answer()).contains('D');
    assertThat(item.category()).isEqualTo("c");
    assertThat(item.l2Category()).isEqualTo("l");
    assertThat(item.split()).isEqualTo("dev");
    assertThat(item.image()).isEqualTo(PICTURE);
  }

  @Test
  void takesEmptyBlankAndNanCellsForAbsent() throws Exception {
    BenchmarkItem item =
        read(HEADER + "0\tQ\tnan\tyes\tno\tNaN\t \tB\tnan\t\t\t" + BASE64 + "\n").items().get(0);
    assertThat(item.hint()).isEmpty();
    assertThat(item.options()).isEqualTo(Map.of('A', "yes", 'B', "no"));
    assertThat(item.category()).isEmpty();
  }

  @Test
  void readsCellsQuotedAsPandasQuotesThem() throws Exception {
    String question = "\"first\nsecond\t\"\"third\"\"\"";
    BenchmarkItem item =
        read("\uFEFF"
                + HEADER.replace("\n", "\r\n")
                + "0\t"
                + question
                + "\t\t5\" wide\t\"no\"\tdon't\t\tA\tc\tl\tdev\t"
                + BASE64)
            .items()
            .get(0);
    assertThat(item.question()).isEqualTo("first\nsecond\t\"third\"");
    assertThat(item.options()).isEqualTo(Map.of('A', "5\" wide", 'B', "no", 'C', "don't"));
  }

  @Test
  void findsTheImageOfARowThatNamesAnother() throws Exception {
    List<BenchmarkItem> items =
        read(HEADER + row(1000007, "A", "7") + "\n" + row(7, "B", BASE64)).items();
    assertThat(items.get(0).image()).isSameAs(items.get(1).image()).isEqualTo(PICTURE);
  }

  @Test
  void hasNoAnswersWhereTheBenchmarkKeepsThem() throws Exception {
    BenchmarkFile file = read("index\tquestion\tA\tB\timage\n3\tWhat?\tone\ttwo\t" + BASE64 + "\n");
    assertThat(file.items().get(0).answer()).isEmpty();
  }

  @Test
  void bringsBackWhatWasWritten() throws Exception {
    BenchmarkItem item =
        new BenchmarkItem(
            12,
            "ما \"لون\"\tالمثلث؟\n",
            Optional.of("look"),
            new TreeMap<>(Map.of('A', "a", 'B', "b", 'E', "e")),
            Optional.of('E'),
            "c",
            "",
            "dev",
            PICTURE);
    var path = new org.apache.hadoop.fs.Path(folder.resolve("shapes_ar.tsv").toUri());
    BenchmarkFile.write(ReferenceText.local(), path, List.of(item));
    BenchmarkFile file = BenchmarkFile.read(ReferenceText.local(), path);
    assertThat(file.name()).hasToString("shapes_ar");
    assertThat(file.items().get(0).image()).isEqualTo(PICTURE);
    assertThat(file.items().get(0).withoutImage()).isEqualTo(item.withoutImage());
  }

  @Test
  void refusesToWriteAQuestionWithoutAnImage() {
    var path = new org.apache.hadoop.fs.Path(folder.resolve("shapes_ar.tsv").toUri());
    assertThatThrownBy(
            () ->
                BenchmarkFile.write(
                    ReferenceText.local(), path, List.of(Items.item(4, 'A', "x", "y"))))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "Cannot write " + path + ": question 4 has no image (every question needs one)");
    assertThat(folder.toFile().list()).isEmpty();
  }

  @Test
  void refusesAFileThatIsNotThere() {
    var path = new org.apache.hadoop.fs.Path(folder.resolve("MMMB_en.tsv").toUri());
    assertThatThrownBy(() -> BenchmarkFile.read(ReferenceText.local(), path))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith("Cannot read " + path + ": ");
  }

  @Test
  void refusesAnUnknownLanguage() throws Exception {
    var path = ReferenceText.write(folder, "MMMB_xx.tsv", HEADER);
    assertThatThrownBy(() -> BenchmarkFile.read(ReferenceText.local(), path))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith("Invalid benchmark name: MMMB_xx.tsv (must end in _");
  }

  @Test
  void refusesAFileWithoutRows() {
    refused(": it holds no questions (expected at least one row)", HEADER);
    refused(": it is empty (expected a header of tab-separated columns)", "");
  }

  @Test
  void refusesAFileWithoutItsColumns() {
    refused(
        " line 1: no column A, B (got index, question; is it tab-separated?)", "index\tquestion\n");
    refused(
        " line 1: no column index, question, A, B (got index,question,A,B; is it tab-separated?)",
        "index,question,A,B\n");
    refused(
        " line 1: no column image (got A, B, index, question; is it tab-separated?)",
        "index\tquestion\tA\tB\n");
    refused(
        " line 1: the column A is there twice (rename or remove one)",
        "index\tquestion\tA\tA\tB\n");
  }

  @Test
  void refusesARowOfAnotherWidthThanTheHeader() {
    refused(
        " line 3: 3 columns (expected 12 as in the header; is the file complete?)",
        HEADER + row(0, "A", BASE64) + "1\tWhat?\t");
  }

  @Test
  void refusesAQuoteThatIsNeverClosed() {
    refused(
        " line 2 column 2: a quote is opened and never closed",
        HEADER + "0\t\"What?\t\tone\ttwo\n");
  }

  @Test
  void refusesTwoRowsOfOneIndex() {
    refused(
        " line 3 column index: 4 is there already, in line 2 (must be unique)",
        HEADER + row(4, "A", BASE64) + row(4, "B", BASE64));
  }

  @Test
  void refusesAnIndexThatIsNoWholeNumber() {
    refused(
        " line 2 column index: got 4.5 (must be a whole number of at most 64 bits)",
        HEADER + row(4, "A", BASE64).replace("4\t", "4.5\t"));
    refused(
        " line 2 column index: got nothing (must be a whole number of at most 64 bits)",
        HEADER + row(4, "A", BASE64).replace("4\t", "\t"));
    refused(" line 2 column index: got -4 (must not be negative)", HEADER + row(-4, "A", BASE64));
  }

  @Test
  void keepsARowThatCannotBeAskedWithItsReason() throws Exception {
    hasProblem(
        "line 2 column question: no question (fill it in or remove the row)",
        HEADER + row(4, "A", BASE64).replace("What?", ""));
    hasProblem(
        "line 2 column answer: no answer (must be one of A, B, C; fill it in or remove the row)",
        HEADER + row(4, "", BASE64));
    hasProblem(
        "line 2 column answer: D names no option of this row (must be one of A, B, C)",
        HEADER + row(4, "D", BASE64));
    hasProblem(
        "line 2 column answer: five names no option of this row (must be one of A, B, C)",
        HEADER + row(4, "five", BASE64));
    hasProblem(
        "line 2 column B: 1 options (expected at least 2; fill them in or remove the row)",
        HEADER + row(4, "A", BASE64).replace("two\tthree", "\t"));
  }

  @Test
  void keepsARowWhoseImageCannotBeHadWithItsReason() throws Exception {
    hasProblem(
        "line 2 column image: no image (must be a file in base64, or another row's index)",
        HEADER + row(4, "A", ""));
    hasProblem("line 2 column image: it is not base64: ", HEADER + row(4, "A", BASE64 + "AA=A"));
    hasProblem("line 2 column image: it is not base64: ", HEADER + row(4, "A", "picture.jpg"));
    hasProblem(
        "line 2 column image: it refers to row 9, which has no image of its own (must be the index of a row that has one)",
        HEADER + row(4, "A", "9"));
    hasProblem(
        "line 2 column image: it refers to row 5, which has no image of its own (must be the index of a row that has one)",
        HEADER + row(4, "A", "5") + row(5, "A", "6") + row(6, "A", BASE64));
    hasProblem(
        "line 2 column image: a data URI that is not in base64",
        HEADER + row(4, "A", "data:image/svg+xml;utf8,<svg/>"));
  }

  @Test
  void saysThatSeveralImagesAreNotSupported() throws Exception {
    hasProblem(
        "line 2 column image: a list of 2 images (several images in one question are not supported; expected one)",
        HEADER + row(4, "A", "['%s', '%s']".formatted(BASE64, BASE64)));
    hasProblem("line 2 column image: a list of 0 images", HEADER + row(4, "A", "[]"));
  }

  @Test
  void readsAnImageAsADataUriAndAsTheOnlyOneOfAList() throws Exception {
    List<BenchmarkItem> items =
        read(HEADER
                + row(0, "A", "data:image/jpeg;base64," + BASE64)
                + row(1, "A", "['" + BASE64 + "']")
                + row(2, "A", "1"))
            .items();
    assertThat(items).allMatch(item -> java.util.Arrays.equals(item.image(), PICTURE));
  }

  @Test
  void readsImagesFromFilesBesideTheBenchmark() throws Exception {
    Files.createDirectory(folder.resolve("images"));
    Files.write(folder.resolve("images/a.png"), PICTURE);
    String header = "index\tquestion\tA\tB\tanswer\timage_path\n";
    List<BenchmarkItem> items =
        read(header
                + "0\tQ\ty\tn\tA\timages/a.png\n"
                + "1\tQ\ty\tn\tA\timages/b.png\n"
                + "2\tQ\ty\tn\tA\thttps://example.org/a.png\n"
                + "3\tQ\ty\tn\tA\t['images/a.png', 'images/a.png']\n"
                + "4\tQ\ty\tn\tA\t\n")
            .items();
    assertThat(items.get(0).image()).isEqualTo(PICTURE);
    assertThat(items)
        .extracting(item -> item.problem().orElse(""))
        .satisfiesExactly(
            none -> assertThat(none).isEmpty(),
            missing ->
                assertThat(missing)
                    .contains("line 3 column image_path: Cannot read ", "it does not exist"),
            address ->
                assertThat(address).contains("line 4 column image_path: https://", "download"),
            several -> assertThat(several).contains("a list of 2 images"),
            empty -> assertThat(empty).contains("no image"));
  }

  @Test
  void knowsTheContentOfTheImageFilesThatItNames() throws Exception {
    Files.createDirectories(folder.resolve("images"));
    String table = "index\tquestion\tA\tB\tanswer\timage_path\n0\tQ\ty\tn\tA\timages/c.png\n";
    Files.write(folder.resolve("images/c.png"), PICTURE);
    Optional<String> first = read(table).imageFiles();
    assertThat(first).isPresent().isEqualTo(read(table).imageFiles());
    Files.write(folder.resolve("images/c.png"), new byte[] {1});
    assertThat(read(table).imageFiles()).isPresent().isNotEqualTo(first);
    assertThat(read(HEADER + row(4, "A", BASE64)).imageFiles()).isEmpty();
  }

  @Test
  void refusesAFileOfWhichNotOneRowCanBeAsked() {
    refused(
        ": none of its 2 rows can be asked; the first: line 2 column image: no image (must be a file in base64, or another row's index)",
        HEADER + row(4, "A", "") + row(5, "A", ""));
  }

  @Test
  void takesAnAnswerColumnWithoutAnyAnswerForNone() throws Exception {
    assertThat(read(HEADER + row(4, "", BASE64) + row(5, "nan", BASE64)).items())
        .allMatch(item -> item.answer().isEmpty() && item.problem().isEmpty());
  }

  @Test
  void takesNoNoticeOfAColumnWithoutAName() throws Exception {
    refused(
        " line 1: no column B (got A, answer, image, index, question; is it tab-separated?)",
        "\tindex\tquestion\tA\tanswer\timage\n0\t0\tq\tx\tA\t" + BASE64 + "\n");
    assertThat(
            read("\tindex\tquestion\tA\tB\tanswer\timage\n0\t0\tq\tx\ty\tA\t" + BASE64 + "\n")
                .items())
        .hasSize(1);
  }

  @Test
  void knowsTheL2CategoryByBothItsNames() throws Exception {
    assertThat(
            read(HEADER.replace("l2-category", "l2_category") + row(4, "A", BASE64))
                .items()
                .get(0)
                .l2Category())
        .isEqualTo("x");
  }

  @Test
  void refusesWhatIsNotUtf8() throws Exception {
    Files.write(
        folder.resolve("MMMB_pt.tsv"),
        (HEADER + row(4, "A", BASE64))
            .replace("What", "Você")
            .getBytes(StandardCharsets.ISO_8859_1));
    var path = new org.apache.hadoop.fs.Path(folder.resolve("MMMB_pt.tsv").toUri());
    assertThatThrownBy(() -> BenchmarkFile.read(ReferenceText.local(), path))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith("Cannot read " + path + " line ")
        .hasMessageEndingWith(" or after: it is not UTF-8 (convert it)");
  }
}
