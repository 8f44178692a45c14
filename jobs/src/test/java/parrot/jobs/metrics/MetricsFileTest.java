package parrot.jobs.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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

  /** Opens the metrics of a run at a round, adds the next one, and returns all lines. */
  private String continueFrom(int round) throws IOException {
    try (MetricsFile metrics = new MetricsFile(files, run, round)) {
      metrics.add(JsonNodeFactory.instance.objectNode().put("round", round == 0 ? 0 : round + 1));
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
    assertThat(continueFrom(1)).isEqualTo("{\"round\":0}\n{\"round\":1}\n{\"round\":2}\n");
  }

  @Test
  void measuresRoundZeroOnceWhereARunBeginsAnew() throws IOException {
    Files.writeString(folder.resolve(MetricsFile.NAME), HISTORY);
    assertThat(continueFrom(0)).isEqualTo("{\"round\":0}\n");
  }

  @Test
  void losesNothingWhereARunDiedWhileItWroteTheHistoryAnew() throws IOException {
    Files.writeString(folder.resolve("." + MetricsFile.NAME + ".before"), HISTORY);
    Files.writeString(folder.resolve(MetricsFile.NAME), "{\"round\":0}\n");
    assertThat(continueFrom(1)).isEqualTo("{\"round\":0}\n{\"round\":1}\n{\"round\":2}\n");
  }
}
