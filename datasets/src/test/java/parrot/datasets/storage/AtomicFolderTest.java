package parrot.datasets.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FilterFileSystem;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.datasets.DataException;
import parrot.datasets.EnvironmentException;

class AtomicFolderTest {
  @TempDir java.nio.file.Path scratch;
  private FileSystem files;
  private Path target;

  @BeforeEach
  void locate() {
    target = new Path(scratch.resolve("out").toUri());
    files = FileSystems.of(target, new Configuration());
  }

  @Test
  void appearsOnlyWhenPublishedAndLeavesNothingElse() throws IOException {
    try (AtomicFolder folder = AtomicFolder.create(files, target, false)) {
      write(folder.path(), "a.txt", "one");
      assertThat(files.exists(target)).isFalse();
      folder.publish();
    }

    assertThat(names(scratch)).containsExactly("out");
    assertThat(names(scratch.resolve("out"))).containsExactly("_SUCCESS", "a.txt");
  }

  @Test
  void removesWhatWasWrittenWhenTheWorkFails() throws IOException {
    try (AtomicFolder folder = AtomicFolder.create(files, target, false)) {
      write(folder.path(), "a.txt", "one");
    }

    assertThat(names(scratch)).isEmpty();
  }

  @Test
  void refusesAFolderThatExists() throws IOException {
    publish("one", false);

    assertThatThrownBy(() -> AtomicFolder.create(files, target, false))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "Cannot write to "
                + target
                + ": it exists (pass --overwrite or choose another folder)");
    assertThat(scratch.resolve("out/a.txt")).hasContent("one");
  }

  @Test
  void replacesAFolderOfItsOwnWhenAsked() throws IOException {
    publish("one", false);
    publish("two", true);

    assertThat(names(scratch)).containsExactly("out");
    assertThat(scratch.resolve("out/a.txt")).hasContent("two");
  }

  @Test
  void replacesNoFolderThatItDidNotWrite() throws IOException {
    Files.createDirectories(scratch.resolve("out/photos"));

    assertThatThrownBy(() -> AtomicFolder.create(files, target, true))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("Cannot replace")
        .hasMessageContaining("it has no _SUCCESS file");
    assertThat(scratch.resolve("out/photos")).isDirectory();
  }

  @Test
  void refusesASecondRunWhileTheFirstIsWriting() throws IOException {
    try (AtomicFolder first = AtomicFolder.create(files, target, false)) {
      assertThatThrownBy(() -> AtomicFolder.create(files, target, false))
          .isInstanceOf(EnvironmentException.class)
          .hasMessageContaining("another run is writing to it")
          .hasMessageContaining("pid=" + ProcessHandle.current().pid());
      assertThat(files.exists(first.path())).isTrue();
    }
  }

  @Test
  void clearsWhatADeadRunLeft() throws IOException {
    Files.createDirectories(scratch.resolve(".out.writing-0815/part"));

    publish("one", false);

    assertThat(names(scratch)).containsExactly("out");
  }

  @Test
  void restoresTheFormerFolderOfARunThatDiedWhilePublishing() throws IOException {
    publish("one", false);
    Files.move(scratch.resolve("out"), scratch.resolve(".out.replaced-1"));

    AtomicFolder.create(files, target, true).close();

    assertThat(scratch.resolve("out/a.txt")).hasContent("one");
    assertThat(names(scratch)).containsExactly("out");
  }

  @Test
  void noticesARenameThatIsRefusedAndKeepsTheFormerFolder() throws IOException {
    publish("one", false);
    FileSystem refusing =
        new FilterFileSystem(files) {
          @Override
          public boolean rename(Path from, Path to) throws IOException {
            return !from.getName().contains(".writing-") && super.rename(from, to);
          }
        };

    try (AtomicFolder folder = AtomicFolder.create(refusing, target, true)) {
      write(folder.path(), "a.txt", "two");
      assertThatThrownBy(folder::publish)
          .isInstanceOf(DataException.class)
          .hasMessageContaining("Cannot rename")
          .hasMessageContaining("the file system refused");
    }

    assertThat(scratch.resolve("out/a.txt")).hasContent("one");
    assertThat(names(scratch)).containsExactly("out");
  }

  private void publish(String content, boolean replace) throws IOException {
    try (AtomicFolder folder = AtomicFolder.create(files, target, replace)) {
      write(folder.path(), "a.txt", content);
      folder.publish();
    }
  }

  private void write(Path folder, String name, String content) throws IOException {
    try (var out = files.create(new Path(folder, name))) {
      out.write(content.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
  }

  private static List<String> names(java.nio.file.Path folder) throws IOException {
    try (var list = Files.list(folder)) {
      return list.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }
}
