package parrot.datasets.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.security.AccessControlException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import parrot.datasets.DataException;
import parrot.datasets.image.UnusableImageException;
import parrot.datasets.image.UnusableImageException.Reason;
import parrot.datasets.storage.FileSystems;

class ImageRootTest {
  @TempDir java.nio.file.Path scratch;
  private FileSystem files;
  private ImageRoot root;

  @BeforeEach
  void open() throws IOException {
    Files.createDirectories(scratch.resolve("root/sub"));
    Files.writeString(scratch.resolve("secret"), "secret");
    Files.writeString(scratch.resolve("root/sub/b:c%20 д.png"), "image");
    Path path = new Path(scratch.resolve("root").toUri());
    files = FileSystems.of(path, new Configuration());
    root = new ImageRoot(files, path);
  }

  @Test
  void readsFilesUnderTheRootWhateverTheirName() throws IOException {
    assertThat(root.read("sub/b:c%20 д.png")).asString().isEqualTo("image");
    assertThat(root.read("./sub//b:c%20 д.png")).asString().isEqualTo("image");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../secret",
        "sub/../../secret",
        "/etc/passwd",
        "file:///etc/passwd",
        "hdfs://elsewhere/x",
        "..\\secret",
        "C:\\x",
        " "
      })
  void readsNothingOutsideOfTheRoot(String path) {
    assertThatThrownBy(() -> root.read(path))
        .isInstanceOfSatisfying(
            UnusableImageException.class,
            e -> assertThat(e.reason()).isEqualTo(Reason.OUTSIDE_FOLDER))
        .hasMessageContaining("name it by its path under");
  }

  @Test
  void followsNoLinkOutOfTheRoot() throws IOException {
    Files.createSymbolicLink(scratch.resolve("root/link"), scratch.resolve("secret"));
    Files.createSymbolicLink(scratch.resolve("root/up"), scratch);
    Files.createSymbolicLink(scratch.resolve("root/fine"), scratch.resolve("root/sub"));

    assertThatThrownBy(() -> root.read("link"))
        .isInstanceOf(UnusableImageException.class)
        .hasMessageContaining("a symbolic link leads out of the folder");
    assertThatThrownBy(() -> root.read("up/secret")).hasMessageContaining("a symbolic link leads");
    assertThat(root.read("fine/b:c%20 д.png")).asString().isEqualTo("image");
  }

  @Test
  void followsLinksAndAbsolutePathsToAllowedFolders() throws IOException {
    Files.createDirectories(scratch.resolve("disk/coco"));
    Files.writeString(scratch.resolve("disk/coco/1.png"), "far");
    Files.createSymbolicLink(scratch.resolve("root/coco"), scratch.resolve("disk/coco"));
    Files.createSymbolicLink(scratch.resolve("root/1.png"), scratch.resolve("disk/coco/1.png"));
    String absolute = scratch.resolve("disk/coco/1.png").toString();
    String inside = root.root().toUri().getPath() + "/sub/b:c%20 д.png";
    for (String path : new String[] {"coco/1.png", "1.png", absolute, "file:" + absolute, inside}) {
      assertThatThrownBy(() -> root.read(path))
          .isInstanceOf(UnusableImageException.class)
          .hasMessageContaining("pass --allow-root with the folder that it may lead to");
    }

    ImageRoot wider =
        new ImageRoot(
            files, root.root(), List.of(new Path(scratch.resolve("disk").toUri()), root.root()));
    for (String path : new String[] {"coco/1.png", "1.png", absolute, "file:" + absolute}) {
      assertThat(wider.read(path)).asString().isEqualTo("far");
    }
    assertThat(wider.read("file://" + absolute)).asString().isEqualTo("far");
    assertThat(wider.read(inside)).asString().isEqualTo("image");
    for (String path :
        new String[] {
          scratch.resolve("secret").toString(),
          scratch.resolve("disk/../secret").toString(),
          scratch.resolve("disk2/x.png").toString(),
          "hdfs://elsewhere" + absolute,
          "s3:/" + absolute
        }) {
      assertThatThrownBy(() -> wider.read(path)).hasMessageContaining("it is an absolute path");
    }
    assertThatThrownBy(() -> wider.read("https://example.org/1.png"))
        .hasMessageContaining("it is an address on the web; fetch it and name it by its path");
    assertThatThrownBy(() -> wider.read(absolute + ".none"))
        .hasMessageContaining("there is no such file under")
        .hasMessageContaining("/disk");
  }

  @Test
  void takesAColonForANameAndClimbsInsideOfTheRoot() throws IOException {
    Files.writeString(scratch.resolve("root/colon:1.png"), "colon");
    assertThat(root.read("colon:1.png")).asString().isEqualTo("colon");
    assertThat(root.read("sub/../sub/./b:c%20 д.png")).asString().isEqualTo("image");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      ignoreLeadingAndTrailingWhitespace = false,
      value = {
        "caf\u00e9.png|cafe\u0301.png",
        "upper.jpg|UPPER.JPG",
        "Sub\\ok.png|sub/ok.png",
        "a%20b.png|a b.png",
        "sub%2Fok.png|sub/ok.png",
        "a%2Bb.png|a+b.png",
        "sub/ok.png |sub/ok.png",
        "sub/ok.png?x=1|sub/ok.png",
        "sub/ok.jpg|sub/ok.png",
        "data/images/sub/ok.png|sub/ok.png",
      })
  void namesTheFileThatIsNearlyMeant(String path, String there) throws IOException {
    for (String name :
        new String[] {"cafe\u0301.png", "UPPER.JPG", "a b.png", "a+b.png", "sub/ok.png"}) {
      Files.writeString(scratch.resolve("root").resolve(name), "x");
    }
    assertThatThrownBy(() -> root.read(path))
        .isInstanceOfSatisfying(
            UnusableImageException.class, e -> assertThat(e.reason()).isEqualTo(Reason.MISSING))
        .hasMessageContaining("there is no such file under")
        .hasMessageContaining("but there is '" + there + "'");
  }

  @Test
  void endsWhereLinksGoRound() throws IOException {
    Files.createSymbolicLink(scratch.resolve("root/a"), scratch.resolve("root"));
    Files.createSymbolicLink(scratch.resolve("root/sub/up"), scratch.resolve("root"));
    Files.createSymbolicLink(scratch.resolve("root/self"), scratch.resolve("root/self"));
    Files.createSymbolicLink(scratch.resolve("root/gone"), scratch.resolve("none"));

    assertThat(root.fingerprint(new Path("/out"))).startsWith("1-");
    assertThat(root.read("a/sub/up/a/sub/b:c%20 д.png")).asString().isEqualTo("image");
    for (String path : new String[] {"self", "self/x.png", "gone", "gone/x.png"}) {
      assertThatThrownBy(() -> root.read(path))
          .isInstanceOf(UnusableImageException.class)
          .hasMessageContaining("a link that leads nowhere");
    }
  }

  @Test
  void saysThatAFileIsMissing() {
    for (String path : new String[] {"none.png", "sub", "sub/none/x.png"}) {
      assertThatThrownBy(() -> root.read(path))
          .isInstanceOfSatisfying(
              UnusableImageException.class, e -> assertThat(e.reason()).isEqualTo(Reason.MISSING));
    }
  }

  @Test
  void setsAsideWhatCanBeNoFile() {
    for (String path :
        new String[] {"sub/b:c%20 д.png/x.png", "x".repeat(256) + ".png", "\ud800.png"}) {
      assertThatThrownBy(() -> root.read(path))
          .isInstanceOfSatisfying(
              UnusableImageException.class, e -> assertThat(e.reason()).isEqualTo(Reason.MISSING))
          .hasMessageContaining("there is no such file under")
          .hasMessageContaining("remove the row");
    }
  }

  @Test
  void setsAsideWhatMayNotBeRead() throws IOException {
    FileSystem closed =
        new RawLocalFileSystem() {
          @Override
          public FSDataInputStream open(Path file, int bufferSize) throws IOException {
            throw new AccessControlException("Permission denied: " + file);
          }

          @Override
          public URI getUri() {
            return URI.create("closed:///");
          }
        };
    closed.initialize(URI.create("file:///"), new Configuration());
    ImageRoot remote = new ImageRoot(closed, new Path(scratch.resolve("root/sub").toString()));
    Files.writeString(scratch.resolve("root/sub/e.png"), "image");

    assertThatThrownBy(() -> remote.read("e.png"))
        .isInstanceOfSatisfying(
            UnusableImageException.class, e -> assertThat(e.reason()).isEqualTo(Reason.UNREADABLE))
        .hasMessageContaining("the file may not be read")
        .hasMessageContaining("or remove the row");
  }

  @Test
  void refusesARootThatIsNoFolder() {
    assertThatThrownBy(() -> new ImageRoot(files, new Path(scratch.resolve("none").toUri())))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("no such folder");
    assertThatThrownBy(() -> new ImageRoot(files, new Path(scratch.resolve("secret").toUri())))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("neither a folder nor a zip or plain tar file");
  }

  @Test
  void changesItsFingerprintWithItsFiles() throws IOException {
    Path out = new Path(root.root(), "shards");
    String before = root.fingerprint(out);
    assertThat(root.fingerprint(out)).isEqualTo(before).startsWith("1-");
    Files.writeString(scratch.resolve("root/new.png"), "x");
    assertThat(root.fingerprint(out)).isNotEqualTo(before).startsWith("2-");
  }

  @Test
  void leavesOutWhatIsMadeOfTheImages() throws IOException {
    Path out = new Path(root.root(), "shards");
    String before = root.fingerprint(out);
    Files.createDirectories(scratch.resolve("root/shards"));
    Files.writeString(scratch.resolve("root/shards/part.parquet"), "x");
    Files.writeString(scratch.resolve("root/.shards.lock"), "x");

    assertThat(root.fingerprint(out)).isEqualTo(before);
    assertThat(root.fingerprint(new Path("hdfs://elsewhere/shards"))).isNotEqualTo(before);
  }
}
