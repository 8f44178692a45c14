package parrot.datasets.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import parrot.datasets.DataException;
import parrot.datasets.language.Language;

class BenchmarkNameTest {
  @ParameterizedTest
  @CsvSource({
    "MMMB_en.tsv, MMMB, EN",
    "MMMB_cn.tsv, MMMB, ZH",
    "MMMB_fr.tsv, MMMB, fr",
    "MMMB_pt-BR.tsv, MMMB, PT",
    "MMMB_zh, MMMB, ZH",
    "MMBench_DEV_CN.tsv, MMBench_DEV, ZH",
    "shapes_ar.tsv, shapes, AR",
    "MMBench_DEV_EN_V11.tsv, MMBench_DEV_V11, EN",
    "MMBench_CN_V11.tsv, MMBench_V11, ZH",
    "MMBench_en_test.TSV, MMBench_test, EN",
    "MTL_MMBench_DEV_pt.tsv, MTL_MMBench_DEV, PT",
    "Parrot-7B_MMMB_tr.xlsx, Parrot-7B_MMMB, TR",
    "CCBench.tsv, CCBench, ZH",
    "Parrot_CCBench.xlsx, Parrot_CCBench, ZH"
  })
  void endsInItsLanguage(String fileName, String benchmark, Language language) {
    assertThat(BenchmarkName.parse(fileName)).isEqualTo(new BenchmarkName(benchmark, language));
  }

  @Test
  void isFoundAtTheEndOfAnotherWhicheverWayItsLanguageIsSpelled() {
    BenchmarkName chinese = BenchmarkName.parse("MMMB_cn.tsv");
    assertThat(chinese.isEndOf(BenchmarkName.parse("Model_MMMB_zh.xlsx"))).isTrue();
    assertThat(chinese.isEndOf(new BenchmarkName("Model_MMMB", Language.ZH))).isTrue();
    assertThat(chinese.isEndOf(BenchmarkName.parse("Model_MMMB_fr.xlsx"))).isFalse();
  }

  @Test
  void isSpelledAsPublished() {
    assertThat(BenchmarkName.parse("MMMB_zh.tsv").fileName()).isEqualTo("MMMB_cn.tsv");
    assertThat(BenchmarkName.parse("MMMB_zh.tsv")).hasToString("MMMB_cn");
  }

  @ParameterizedTest
  @ValueSource(strings = {"MMMB_xx.tsv", "MMMB.tsv", "_en.tsv", "MMMB_.tsv", "MMBench_DEV.tsv"})
  void refusesASuffixThatIsNoLanguage(String fileName) {
    assertThatThrownBy(() -> BenchmarkName.parse(fileName))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "Invalid benchmark name: "
                + fileName
                + " (must end in _ and a language's tag of two letters, such as MMMB_en.tsv; or pass --language)");
  }

  @Test
  void takesAGivenLanguageIfTheNameTellsNone() {
    Optional<Language> russian = Optional.of(Language.RU);
    assertThat(BenchmarkName.parse("MMStar.tsv", russian))
        .isEqualTo(new BenchmarkName("MMStar", Language.RU));
    assertThat(BenchmarkName.parse("MMMB_en.tsv", russian).language()).isEqualTo(Language.EN);
  }

  @Test
  void isFoundInTheNameOfAModelsPredictions() {
    BenchmarkName benchmark = BenchmarkName.parse("MMMB_en.tsv");
    assertThat(benchmark.isEndOf(BenchmarkName.parse("Parrot-7B_MMMB_en.xlsx"))).isTrue();
    assertThat(benchmark.isEndOf(BenchmarkName.parse("Parrot-7B_MMMB_tr.xlsx"))).isFalse();
    assertThat(benchmark.isEndOf(BenchmarkName.parse("XMMMB_en.xlsx"))).isFalse();
  }

  @Test
  void tellsHowItsResultsArePublished() {
    assertThat(Metric.publishedFor("MMMB")).isEqualTo(Metric.PLAIN);
    assertThat(Metric.publishedFor("mmbench_dev")).isEqualTo(Metric.CIRCULAR);
    assertThat(Metric.publishedFor("MTL_MMBench_DEV")).isEqualTo(Metric.CIRCULAR);
    assertThat(Metric.publishedFor("CCBench")).isEqualTo(Metric.CIRCULAR);
  }
}
