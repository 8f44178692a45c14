package parrot.jobs.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.datasets.UsageException;

final class OutputFolderTest {
  @TempDir Path folder;

  private void refused(Path out, boolean overwrite, String... message) {
    assertThatThrownBy(() -> OutputFolder.create(out, overwrite))
        .isInstanceOf(UsageException.class)
        .message()
        .contains(message);
  }

  @Test
  void removesItsWorkAndKeepsTheRest() throws IOException {
    Path out = folder.resolve("a/b");
    try (OutputFolder made = OutputFolder.create(out, false)) {
      Files.createDirectories(made.work("hdfs/data"));
      Files.writeString(made.work("hdfs/data/block"), "x");
      Files.writeString(made.path("report.html"), "y");
    }

    assertThat(out).isDirectoryContaining("glob:**report.html");
    assertThat(out.resolve(".work")).doesNotExist();
  }

  @Test
  void refusesAFolderWithARunUnlessToldToReplaceIt() throws IOException {
    try (OutputFolder made = OutputFolder.create(folder, false)) {
      Files.writeString(made.path("old"), "");
    }

    refused(folder, false, "it holds a quickstart already", "--overwrite", "--out");
    try (OutputFolder made = OutputFolder.create(folder, true)) {
      assertThat(made.path("old")).doesNotExist();
    }
  }

  @Test
  void neverReplacesWhatIsNotItsOwn() throws IOException {
    Path own = Files.writeString(folder.resolve("thesis.tex"), "years of work");

    refused(folder, true, "it exists and no quickstart made it", "--out");
    refused(own, true, "it exists and no quickstart made it");
    assertThat(own).hasContent("years of work");
  }

  @Test
  void leavesNothingOfARunThatFailedAtOnce() throws IOException {
    Path out = folder.resolve("out");
    OutputFolder.create(out, false).close();

    assertThat(out).doesNotExist();
  }

  @Test
  void takesAnEmptyFolder() throws IOException {
    try (OutputFolder made = OutputFolder.create(folder, false)) {
      assertThat(made.path("x").getParent()).isEqualTo(folder.toAbsolutePath().normalize());
    }
  }
}
