package parrot.jobs.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.datasets.DataException;
import parrot.datasets.storage.FileSystems;

class MetricsFileTest {
  private static final String HISTORY = "{\"round\":0}\n{\"round\":1}\n{\"round\":2}\n{\"rou";

  @TempDir Path folder;
  private org.apache.hadoop.fs.Path run;
  private FileSystem files;

  @BeforeEach
  void locate() {
    run = new org.apache.hadoop.fs.Path(folder.toUri());
    files = FileSystems.of(run, new Configuration());
  }

  static MetricsLine line(int round) {
    return new MetricsLine(
        new MetricsLine.Progress(round, 4, 2 * round, 8L * round, 90L * round, 0.25 * round),
        Optional.empty(),
        Optional.empty(),
        List.of(),
        List.of(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private static String text(int round) {
    return line(round).toJson() + "\n";
  }

  /** Opens the metrics of a run at a round, adds the next one, and returns all lines. */
  private String continueFrom(int round) throws IOException {
    try (MetricsFile metrics = new MetricsFile(files, run, round, false)) {
      metrics.add(line(round == 0 ? 0 : round + 1));
    }
    try (var all = Files.list(folder)) {
      assertThat(all.map(file -> file.getFileName().toString()))
          .filteredOn(name -> !name.endsWith(".crc"))
          .containsExactly(MetricsFile.NAME);
    }
    return Files.readString(folder.resolve(MetricsFile.NAME));
  }

  @Test
  void keepsTheRoundsUpToTheCheckpoint() throws IOException {
    Files.writeString(folder.resolve(MetricsFile.NAME), HISTORY);
    assertThat(continueFrom(1)).isEqualTo("{\"round\":0}\n{\"round\":1}\n" + text(2));
  }

  @Test
  void measuresRoundZeroOnceWhereARunBeginsAnew() throws IOException {
    Files.writeString(folder.resolve(MetricsFile.NAME), HISTORY);
    assertThat(continueFrom(0)).isEqualTo(text(0));
  }

  @Test
  void losesNothingWhereARunDiedWhileItWroteTheHistoryAnew() throws IOException {
    Files.writeString(folder.resolve("." + MetricsFile.NAME + ".before"), HISTORY);
    Files.writeString(folder.resolve(MetricsFile.NAME), "{\"round\":0}\n");
    assertThat(continueFrom(1)).isEqualTo("{\"round\":0}\n{\"round\":1}\n" + text(2));
  }

  @Test
  void isReadWhileTheRunGoesOn() throws IOException {
    Files.writeString(folder.resolve(MetricsFile.NAME), text(1) + text(2) + "{\"rou");
    assertThat(MetricsFile.read(files, run)).containsExactly(line(1), line(2));
  }

  @Test
  void namesADamagedLine() throws IOException {
    Files.writeString(folder.resolve(MetricsFile.NAME), text(1) + "{\"rou\n" + text(2));
    assertThatThrownBy(() -> MetricsFile.read(files, run))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(MetricsFile.NAME + " line 2: ");
  }
}
