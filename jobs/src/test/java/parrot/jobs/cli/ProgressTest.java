package parrot.jobs.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private long now;

  private Progress progress(boolean terminal, long total) {
    PrintStream stream = new PrintStream(bytes, true, UTF_8);
    return new Progress(stream, terminal, () -> now, "train", "examples", total);
  }

  private void pass(double seconds) {
    now += (long) (seconds * 1e9);
  }

  private String shown() {
    return bytes.toString(UTF_8);
  }

  @Test
  void aLogGetsALineEveryFewSecondsWithRateAndTimeLeft() {
    try (Progress progress = progress(false, 12_000)) {
      pass(1);
      progress.update(500);
      assertThat(shown()).isEmpty();
      pass(5);
      progress.note("loss 2.31");
      progress.add(2500);
      assertThat(shown())
          .isEqualTo("train  3,000 of 12,000 examples  25 %  500/s  0:18 left  loss 2.31\n");
    }
    assertThat(shown().lines()).hasSize(2);
  }

  @Test
  void aTerminalsLineIsRewrittenInPlace() {
    Progress progress = progress(true, 0);
    pass(2);
    progress.update(4);
    progress.note("a long note");
    pass(2);
    progress.update(8);
    progress.note("");
    pass(2);
    progress.update(12);
    progress.close();
    progress.close();
    assertThat(shown())
        .startsWith(
            "\rtrain  4 examples  2.00/s  0:02\rtrain  8 examples  2.00/s  0:04  a long note")
        .contains("\rtrain  12 examples  2.00/s  0:06            ")
        .endsWith("\n");
    assertThat(shown().lines().filter(line -> !line.isEmpty())).hasSizeLessThanOrEqualTo(5);
  }

  @Test
  void whatWasDoneBeforeAResumeIsNotPartOfTheRate() {
    Progress progress = progress(false, 100);
    progress.resumeAt(50);
    pass(10);
    progress.update(60);
    assertThat(shown()).isEqualTo("train  60 of 100 examples  60 %  1.00/s  0:40 left\n");
  }

  @Test
  void nothingDoneLeavesNoLine() {
    Progress progress = progress(false, 100);
    progress.close();
    progress.update(3);
    assertThat(shown()).isEmpty();
  }

  @Test
  void timesHaveHoursWhereTheyLastSo() {
    assertThat(Progress.time(59.7)).isEqualTo("1:00");
    assertThat(Progress.time(3725)).isEqualTo("1:02:05");
  }
}
