package parrot.datasets.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
    "shapes_ar.tsv, shapes, AR"
  })
  void endsInItsLanguage(String fileName, String benchmark, Language language) {
    assertThat(BenchmarkName.parse(fileName)).isEqualTo(new BenchmarkName(benchmark, language));
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
                + " (must end in _ and a language's tag of two letters, such as MMMB_en.tsv)");
  }

  @Test
  void tellsHowItsResultsArePublished() {
    assertThat(Metric.publishedFor("MMMB")).isEqualTo(Metric.PLAIN);
    assertThat(Metric.publishedFor("mmbench_dev")).isEqualTo(Metric.CIRCULAR);
  }
}
