package parrot.jobs.preprocess;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import parrot.datasets.UsageException;
import parrot.datasets.shard.LanguageStatistics;
import parrot.datasets.shard.Totals;
import parrot.datasets.source.PassedOver;

class ReportAlarmTest {
  /** 200 rows: 150 written, 30 duplicate, 20 rejected. */
  private static final PreprocessReport REPORT =
      new PreprocessReport(
          "out",
          false,
          false,
          new Totals(200, 150, 30, 20),
          1,
          1000,
          1,
          new TreeMap<>(Map.of("en", language(120, 9), "zh", language(30, 0))),
          new PreprocessReport.Reading(
              3, 17, new TreeMap<>(Map.of("an image", new PassedOver.Group(4, List.of("a.png"))))),
          5,
          false,
          new TreeMap<>(),
          new TreeMap<>(Map.of("BAD_FIELD", new PartResult.RejectedRows(20, List.of()))),
          null);

  private static LanguageStatistics language(long rows, long truncated) {
    return LanguageStatistics.of(0, 1, truncated, Map.of(7, rows));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "rejected>9.5% | rejected>9.5%: it is 10.00 % (20 of 200)",
        "BAD_FIELD > 19 | BAD_FIELD>19: it is 20",
        "written<151 | written<151: it is 150",
        "written.zh<25% | written.zh<25%: it is 20.00 % (30 of 150)",
        "written.tr<1 | written.tr<1: it is 0",
        "written.cn<31 | written.zh<31: it is 30",
        "written.zh_Hans<31 | written.zh<31: it is 30",
        "truncated>5% | truncated>5%: it is 6.00 % (9 of 150)",
        "duplicate>29 | duplicate>29: it is 30",
        "near_duplicate>2% | near_duplicate>2%: it is 2.50 % (5 of 200)",
        "passed_over>0 | passed_over>0: it is 4",
        "lost_bytes>0 | lost_bytes>0: it is 17",
        "files<4 | files<4: it is 3",
        "read<1000 | read<1000: it is 200",
      })
  void saysWhatIsTooMuchOrTooLittle(String alarm, String words) {
    assertThat(ReportAlarm.parse(alarm).raisedBy(REPORT)).contains(words);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"rejected>10%", "rejected<10%", "PICTURE_MISSING>0", "written.en<120", "read<200"})
  void isSilentUpToTheLimit(String alarm) {
    assertThat(ReportAlarm.parse(alarm).raisedBy(REPORT)).isEmpty();
  }

  @Test
  void refusesWhatItCannotCount() {
    for (String alarm :
        List.of(
            "",
            "rejected",
            "rejected>",
            "rejected>=1",
            "rejected>1x",
            "rejected>-1",
            "a>1",
            "written.>1",
            "written.chinesse<1000")) {
      assertThatThrownBy(() -> ReportAlarm.parse(alarm))
          .isInstanceOf(UsageException.class)
          .hasMessageStartingWith("Invalid --fail-on: " + alarm + " (must be ");
    }
    assertThatThrownBy(() -> ReportAlarm.parse("written.xx<1"))
        .hasMessageContaining("on written.TAG of a language, such as written.zh");
    assertThatThrownBy(() -> ReportAlarm.parse("files>1%"))
        .hasMessageContaining("files has no share");
  }
}
