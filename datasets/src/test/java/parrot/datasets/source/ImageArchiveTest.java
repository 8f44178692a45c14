package parrot.datasets.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import parrot.datasets.DataException;
import parrot.datasets.image.UnusableImageException;
import parrot.datasets.image.UnusableImageException.Reason;
import parrot.datasets.storage.FileSystems;

/** Images in archives, which are folders to those who name them. */
class ImageArchiveTest {
  private static final String[] NAMES = {"train/1.jpg", "./train/Ü 2.png", "win\\3.png"};

  @TempDir private java.nio.file.Path scratch;
  private FileSystem files;

  @BeforeEach
  void write() throws IOException {
    Files.createDirectories(scratch.resolve("root/folder.zip"));
    Files.writeString(scratch.resolve("root/folder.zip/4.jpg"), "four");
    try (OutputStream file = Files.newOutputStream(scratch.resolve("root/coco.zip"));
        ZipOutputStream zip = new ZipOutputStream(file)) {
      for (String name : NAMES) {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(name.getBytes(StandardCharsets.UTF_8));
      }
    }
    try (OutputStream file = Files.newOutputStream(scratch.resolve("root/gqa.TAR"));
        TarArchiveOutputStream tar = new TarArchiveOutputStream(file, "UTF-8")) {
      for (String name : NAMES) {
        TarArchiveEntry entry = new TarArchiveEntry(name);
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        entry.setSize(bytes.length);
        tar.putArchiveEntry(entry);
        tar.write(bytes);
        tar.closeArchiveEntry();
      }
    }
    files = FileSystems.of(path("root"), new Configuration());
  }

  private Path path(String name) {
    return new Path(scratch.resolve(name).toUri());
  }

  @ParameterizedTest
  @ValueSource(strings = {"root/coco.zip", "root/gqa.TAR"})
  void areRootsLikeFolders(String archive) throws IOException {
    try (ImageRoot root = new ImageRoot(files, path(archive))) {
      assertThat(root.read("train/1.jpg")).asString().isEqualTo("train/1.jpg");
      assertThat(root.read("./win/../train/Ü 2.png")).asString().endsWith("Ü 2.png");
      assertThat(root.read("win/3.png")).asString().isEqualTo("win\\3.png");
      assertThatThrownBy(() -> root.read("TRAIN/1.JPG"))
          .isInstanceOfSatisfying(
              UnusableImageException.class, e -> assertThat(e.reason()).isEqualTo(Reason.MISSING))
          .hasMessageContaining("but there is 'train/1.jpg'");
      assertThatThrownBy(() -> root.read("../coco.zip")).hasMessageContaining("climbs out");
      assertThat(root.fingerprint(path("out"))).startsWith("1-");
    }
  }

  @Test
  void areFoldersOnTheWayOfAPath() throws IOException {
    try (ImageRoot root = new ImageRoot(files, path("root"))) {
      assertThat(root.read("coco.zip/train/1.jpg")).asString().isEqualTo("train/1.jpg");
      assertThat(root.read("gqa.TAR/train/1.jpg")).asString().isEqualTo("train/1.jpg");
      assertThat(root.read("folder.zip/4.jpg")).asString().isEqualTo("four");
      assertThatThrownBy(() -> root.read("coco.zip/train/9.jpg"))
          .isInstanceOf(UnusableImageException.class)
          .hasMessageContaining("there is no such file");
      assertThatThrownBy(() -> root.read("none.zip/1.jpg"))
          .isInstanceOf(UnusableImageException.class)
          .hasMessageContaining("there is no such file");
    }
  }

  @Test
  void areNotReachedByLinksThatLeadOut() throws IOException {
    Files.createDirectories(scratch.resolve("other"));
    Files.createSymbolicLink(scratch.resolve("other/link.zip"), scratch.resolve("root/coco.zip"));
    try (ImageRoot root = new ImageRoot(files, path("other"))) {
      assertThatThrownBy(() -> root.read("link.zip/train/1.jpg"))
          .isInstanceOf(UnusableImageException.class)
          .hasMessageContaining("a symbolic link leads out of the folder");
    }
  }

  @Test
  void refusesWhatIsNoArchiveOrDamaged() throws IOException {
    Files.writeString(scratch.resolve("root/text.zip"), "not an archive");
    byte[] zip = Files.readAllBytes(scratch.resolve("root/coco.zip"));
    Files.write(scratch.resolve("root/half.zip"), Arrays.copyOf(zip, zip.length / 2));
    assertThatThrownBy(() -> new ImageRoot(files, path("root/text.zip")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("neither a folder nor a zip or plain tar file");
    assertThatThrownBy(() -> new ImageRoot(files, path("root/half.zip")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("the archive is damaged");
  }

  @Test
  void spoilOnlyTheImagesInThemIfRowsNameThem() throws IOException {
    Files.writeString(
        scratch.resolve("root/lfs.zip"), "version https://git-lfs.github.com/spec/v1");
    try (ImageRoot root = new ImageRoot(files, path("root"))) {
      for (int time = 0; time < 2; time++) {
        assertThatThrownBy(() -> root.read("lfs.zip/1.jpg"))
            .isInstanceOfSatisfying(
                UnusableImageException.class,
                e -> assertThat(e.reason()).isEqualTo(Reason.UNREADABLE))
            .hasMessageContaining("neither a folder nor a zip or plain tar file");
      }
      assertThat(root.read("coco.zip/train/1.jpg")).asString().isEqualTo("train/1.jpg");
    }
  }

  @Test
  void stayOpenAsRootsWhateverTheirName() throws IOException {
    java.nio.file.Path coco = scratch.resolve("root/coco.zip");
    Files.copy(coco, scratch.resolve("images"));
    for (int i = 0; i < 9; i++) {
      Files.copy(coco, scratch.resolve("root/%d.zip".formatted(i)));
    }
    try (ImageRoot root = new ImageRoot(files, path("images"), List.of(path("root")))) {
      for (int i = 0; i < 9; i++) {
        root.read(scratch.resolve("root/%d.zip/train/1.jpg".formatted(i)).toString());
      }
      assertThat(root.read("train/1.jpg")).asString().isEqualTo("train/1.jpg");
    }
  }
}
