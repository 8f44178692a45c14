package parrot.datasets.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.compressors.CompressorStreamFactory;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import parrot.datasets.EnvironmentException;
import parrot.datasets.storage.Digests;
import parrot.datasets.storage.FailingDisk;
import parrot.datasets.storage.FileSystems;

/** WebDataset: members of a tar archive that share a key and stand next to each other are a row. */
class TarSourceTest {
  private static final String SEEN =
      "{\"conversations\": [{\"from\": \"human\", \"value\": \"<image>\\nWhat is it?\"},"
          + " {\"from\": \"gpt\", \"value\": \"A parrot.\"}]}";
  private static final String TEXT = SEEN.replace("<image>\\n", "");
  private static final String PNG = "\u0089PNG and more";
  private static final String PNG_URI =
      "data:;base64,"
          + Base64.getEncoder().encodeToString(PNG.getBytes(StandardCharsets.ISO_8859_1));

  @TempDir java.nio.file.Path scratch;
  private FileSystem files;

  @BeforeEach
  void open() {
    files = FileSystems.of(new Path(scratch.toUri()), new Configuration());
  }

  @Test
  void bringsTheImageNextToARowBeforeOrAfterIt() throws Exception {
    Tar tar = new Tar().add("a.json", SEEN).add("a.png", PNG).add("b.jpg", PNG).add("b.json", SEEN);
    List<SourceRow> rows = read(tar.bytes());
    assertThat(rows).hasSize(2);
    for (SourceRow row : rows) {
      assertThat(((SourceExample) row).imagePath()).contains(PNG_URI);
      assertThat(((SourceExample) row).notes()).isEmpty();
    }
    assertThat(rows).extracting(SourceRow::origin).containsExactly("x.tar:a", "x.tar:b");
    assertThat(rows).extracting(row -> ((SourceExample) row).id()).containsExactly("a", "b");
  }

  @Test
  void hasKeysWithFoldersAndTakesKindsAfterTheFirstDotOfAName() throws Exception {
    String longName = "v1.0/" + "deep/".repeat(40) + "颜色";
    Tar tar =
        new Tar()
            .add("./one/1.json", TEXT)
            .add("./two/1.json", TEXT)
            .add(longName + ".JSON", SEEN)
            .add(longName + ".JPG", PNG);
    List<SourceRow> rows = read(tar.bytes());
    assertThat(rows)
        .extracting(row -> ((SourceExample) row).id())
        .containsExactly("one/1", "two/1", longName);
    assertThat(((SourceExample) rows.get(2)).imagePath()).contains(PNG_URI);
  }

  @Test
  void replacesTheNameThatTheRowGivesItsImage() throws Exception {
    String named = SEEN.replaceFirst("\\{", "{\"image\": \"coco/17.jpg\", ");
    String part =
        "{\"messages\": [{\"role\": \"user\", \"content\": [{\"type\": \"image\", \"image\":"
            + " \"b.png\"}, {\"type\": \"text\", \"text\": \"What?\"}]}, {\"role\": \"assistant\","
            + " \"content\": \"A parrot.\"}]}";
    Tar tar =
        new Tar().add("a.json", named).add("a.png", PNG).add("b.json", part).add("b.png", PNG);
    for (SourceRow row : read(tar.bytes())) {
      assertThat(((SourceExample) row).imagePath()).contains(PNG_URI);
    }
  }

  @Test
  void takesACaptionForTheAnswerToAnImageAlone() throws Exception {
    String about = "{\"caption\": \"A parrot.\", \"url\": \"https://x/1.jpg\", \"width\": 3}";
    Tar tar =
        new Tar()
            .add("a.jpg", PNG)
            .add("a.txt", "A parrot.\n")
            .add("b.jpg", PNG)
            .add("b.json", about)
            .add("b.txt", "A parrot.");
    List<SourceRow> rows = read(tar.bytes());
    assertThat(rows).hasSize(2);
    for (SourceRow row : rows) {
      SourceExample example = (SourceExample) row;
      assertThat(example.imagePath()).contains(PNG_URI);
      assertThat(example.conversation().turns())
          .extracting(turn -> turn.value())
          .containsExactly("<image>", "A parrot.");
    }
  }

  @Test
  void rejectsRowsThatCannotBeUsedEachWithItsReason() throws Exception {
    Tar tar =
        new Tar()
            .add("alone.jpg", PNG)
            .add("two.jpg", PNG)
            .add("two.json", SEEN)
            .add("two.mask.png", PNG + "2")
            .add("imageless.json", SEEN)
            .add("film.json", TEXT)
            .add("film.mp4", "film")
            .add("broken.json", "{\"conversations\": [")
            .add("list.json", "[1]")
            .link("linked.jpg", "two.jpg")
            .add("linked.json", SEEN)
            .add("wordless.txt", "A text without an image.")
            .add("good.cls", "7")
            .add("good.json", TEXT);
    List<SourceRow> rows = read(tar.bytes());
    assertThat(rows.subList(0, 8))
        .extracting(row -> ((Reject) row).reason())
        .containsExactly(
            RejectReason.BROKEN_ROW,
            RejectReason.SEVERAL_IMAGES,
            RejectReason.IMAGE_TOKEN_WITHOUT_IMAGE,
            RejectReason.OTHER_MEDIA,
            RejectReason.BROKEN_ROW,
            RejectReason.BROKEN_ROW,
            RejectReason.PICTURE_MISSING,
            RejectReason.EMPTY_TURN);
    assertThat(((Reject) rows.get(0)).message()).contains("alone.jpg", "tar --sort=name");
    assertThat(((SourceExample) rows.get(8)).notes()).containsExactly("key cls not read");
  }

  @Test
  void rejectsAKeyWithTwoRowsOrTwoCaptions() throws Exception {
    Tar tar =
        new Tar()
            .add("a.json", TEXT)
            .add("a.JSON", TEXT)
            .add("b.jpg", PNG)
            .add("b.txt", "A parrot.")
            .add("b.other.txt", "A bird.")
            .add("c.json", TEXT);
    List<SourceRow> rows = read(tar.bytes());
    assertThat(rows).hasSize(3);
    assertThat(((Reject) rows.get(0)).reason()).isEqualTo(RejectReason.BROKEN_ROW);
    assertThat(((Reject) rows.get(0)).message()).contains("several .json with the key of a.json");
    assertThat(((SourceExample) rows.get(1)).notes()).containsExactly("key other.txt not read");
    assertThat(rows.get(2)).isInstanceOf(SourceExample.class);
  }

  @Test
  void passesOverHiddenMembersAndThoseOfWebDatasetItself() throws Exception {
    Tar tar =
        new Tar()
            .add("__meta__", "{}")
            .add("._a.json", "x")
            .add("__MACOSX/._a.json", "x")
            .add("__MACOSX/a.json", "x")
            .add("a.json", SEEN.replaceFirst("\\{", "{\"__key__\": \"a\", "))
            .add("._a.png", "x")
            .add("a.png", PNG);
    List<SourceRow> rows = read(tar.bytes());
    assertThat(rows).hasSize(1);
    assertThat(((SourceExample) rows.get(0)).imagePath()).contains(PNG_URI);
    assertThat(((SourceExample) rows.get(0)).notes()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"gz", "zstd", "bzip2"})
  void readsPackedArchivesInOneRange(String format) throws Exception {
    byte[] tar = many(50);
    SourceScan scan = scan(pack(format, tar), false);
    assertThat(scan.ranges()).hasSize(1);
    assertThat(read(scan)).isEqualTo(read(tar));
  }

  @Test
  void givesTheSameRowsHoweverItIsCut() throws Exception {
    byte[] tar = many(50);
    write(tar);
    List<SourceRow> whole = read(scan(tar, false));
    for (long bytes : new long[] {1, 3000, 10_000}) {
      SourceScan cut = RawSource.scan(files, file(), "x.tar", bytes, false, RowReader.DEFAULT);
      assertThat(cut.ranges()).hasSizeGreaterThan(3);
      assertThat(read(cut)).isEqualTo(whole);
    }
    assertThat(whole).hasSize(50).allMatch(SourceExample.class::isInstance);
  }

  @Test
  void tellsThatAnArchiveBreaksOff() throws Exception {
    byte[] tar = many(50);
    for (int length : new int[] {tar.length / 2, 700, 5 * 512, 4 * 512 + 1}) {
      byte[] cut = Arrays.copyOf(tar, length);
      assertThatThrownBy(() -> scan(cut, false))
          .isInstanceOf(DamagedFileException.class)
          .hasMessageContaining("Cannot read x.tar: it is damaged at byte ")
          .hasMessageContaining("--resynchronise");
      SourceScan rest = scan(cut, true);
      assertThat(rest.damages()).isEqualTo(1);
      List<SourceRow> rows = read(rest);
      assertThat(rows).hasSize((int) rest.rows());
      assertThat(((Reject) rows.get(rows.size() - 1)).reason()).isEqualTo(RejectReason.BROKEN_FILE);
      assertThat(rows.subList(0, rows.size() - 1)).allMatch(SourceExample.class::isInstance);
    }
  }

  @Test
  void tellsThatPackedDataBreaksOff() throws Exception {
    byte[] packed = pack("gz", many(50));
    for (int length : new int[] {packed.length / 2, packed.length - 3}) {
      assertThatThrownBy(() -> scan(Arrays.copyOf(packed, length), false))
          .isInstanceOf(DamagedFileException.class)
          .hasMessageContaining("the gzip data breaks off or is damaged");
    }
  }

  @Test
  void tellsThatAHeaderIsDamagedAndThatArchivesWereJoined() throws Exception {
    byte[] damaged = many(3);
    damaged[2 * 512 + 3] ^= 1;
    assertThatThrownBy(() -> scan(damaged, false))
        .hasMessageContaining("the checksum of a member's header is wrong");
    byte[] tar = many(3);
    byte[] joined = Arrays.copyOf(tar, 2 * tar.length);
    System.arraycopy(tar, 0, joined, tar.length, tar.length);
    assertThatThrownBy(() -> scan(joined, false))
        .isInstanceOf(DamagedFileException.class)
        .hasMessageContaining("more data after the end mark");
  }

  @Test
  void isNoSourceIfItHoldsFilesAndNotRows() throws Exception {
    assertThatThrownBy(() -> scan(new Tar().add("1.jpg", PNG).add("2.jpg", PNG).bytes(), false))
        .asInstanceOf(type(NotRowsException.class))
        .matches(NotRowsException::isCertain)
        .extracting(Throwable::getMessage, STRING)
        .contains("a tar archive without a row in JSON or a caption");
    for (Tar tar :
        List.of(
            new Tar().add("data/1.jpg", PNG).add("data/train.json", "[" + TEXT + "]"),
            new Tar().add("data/train.json", "[]").add("b.JSONL.gz", TEXT))) {
      assertThatThrownBy(() -> scan(tar.bytes(), false))
          .asInstanceOf(type(NotRowsException.class))
          .matches(e -> !e.isCertain())
          .extracting(Throwable::getMessage, STRING)
          .contains("a tar archive that holds a file of rows, data/train.json; unpack it");
    }
  }

  /**
   * Wherever an archive breaks off, and whatever byte of it is lost, each byte is accounted for.
   */
  @ParameterizedTest
  @ValueSource(strings = {"cut", "overwritten", "zeroed"})
  void accountsForEachByteOfADamagedArchive(String how) throws Exception {
    byte[] whole = many(6);
    Random random = new Random(23);
    int found = 0;
    for (int turn = 0; turn < 150; turn++) {
      int at = TarSource.HEADER + random.nextInt(whole.length - TarSource.HEADER);
      byte[] damaged = how.equals("cut") ? Arrays.copyOf(whole, at) : whole.clone();
      if (how.equals("overwritten")) {
        damaged[at] ^= 1 << random.nextInt(7);
      } else if (how.equals("zeroed")) {
        Arrays.fill(damaged, at, Math.min(whole.length, at + random.nextInt(3000)), (byte) 0);
      }
      SourceScan scan = scan(damaged, true);
      assertThat(scan.bytes()).as("at %d", at).isEqualTo(damaged.length);
      assertThat(scan.sha256()).isEqualTo(Digests.sha256(damaged));
      long end = 0;
      for (SourceRange range : scan.ranges()) {
        assertThat(range.start()).as("at %d", at).isEqualTo(end);
        end = range.end();
      }
      assertThat(Arrays.copyOfRange(damaged, (int) end, damaged.length))
          .isEqualTo(new byte[damaged.length - (int) end]);
      assertThat(scan.damages()).isLessThanOrEqualTo(1);
      if (scan.damages() == 1) {
        found++;
        assertThat(end).isEqualTo(damaged.length);
        assertThat(scan.lostBytes()).isEqualTo(end - lastOf(scan).start());
      }
      assertThat(read(scan)).hasSize((int) scan.rows());
    }
    assertThat(found).isGreaterThan(20);
  }

  @Test
  void callsAFailureOfStorageNoDamage() throws Exception {
    write(many(6));
    for (long bad = 0; bad < Files.size(scratch.resolve("x.tar")); bad += 997) {
      FileSystem failing = FileSystems.of(new Path(scratch.toUri()), FailingDisk.at(bad));
      assertThatThrownBy(
              () ->
                  RawSource.scan(
                      failing,
                      new Path(scratch.resolve("x.tar").toUri()),
                      "x",
                      1,
                      true,
                      RowReader.DEFAULT))
          .as("bad byte %d", bad)
          .isInstanceOf(EnvironmentException.class)
          .hasMessageContaining("storage fails (Input/output error)");
    }
  }

  private static SourceRange lastOf(SourceScan scan) {
    return scan.ranges().get(scan.ranges().size() - 1);
  }

  private static byte[] many(int rows) throws IOException {
    Tar tar = new Tar();
    for (int i = 0; i < rows; i++) {
      tar.add("%05d.json".formatted(i), SEEN).add("%05d.png".formatted(i), PNG.repeat(i + 1));
    }
    return tar.bytes();
  }

  private static byte[] pack(String format, byte[] bytes) throws Exception {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream out =
        new CompressorStreamFactory().createCompressorOutputStream(format, packed)) {
      out.write(bytes);
    }
    return packed.toByteArray();
  }

  private Path file() {
    return new Path(scratch.resolve("x.tar").toUri());
  }

  private void write(byte[] bytes) throws IOException {
    Files.write(scratch.resolve("x.tar"), bytes);
  }

  private SourceScan scan(byte[] bytes, boolean resynchronise) throws IOException {
    write(bytes);
    return RawSource.scan(files, file(), "x.tar", 1 << 20, resynchronise, RowReader.DEFAULT);
  }

  private List<SourceRow> read(byte[] bytes) throws IOException {
    return read(scan(bytes, false));
  }

  private List<SourceRow> read(SourceScan scan) throws IOException {
    List<SourceRow> all = new ArrayList<>();
    for (SourceRange range : scan.ranges()) {
      try (SourceRows rows = RawSource.read(files, range, RowReader.DEFAULT)) {
        rows.forEachRemaining(all::add);
      }
    }
    return all;
  }

  /** An archive as it is made. */
  private static final class Tar {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final TarArchiveOutputStream out = new TarArchiveOutputStream(bytes, "UTF-8");

    Tar() {
      out.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      out.setAddPaxHeadersForNonAsciiNames(true);
    }

    Tar add(String name, String content) throws IOException {
      byte[] content8 =
          content.getBytes(
              content.startsWith(PNG) ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8);
      TarArchiveEntry entry = new TarArchiveEntry(name, true);
      entry.setSize(content8.length);
      out.putArchiveEntry(entry);
      out.write(content8);
      out.closeArchiveEntry();
      return this;
    }

    Tar link(String name, String target) throws IOException {
      TarArchiveEntry entry = new TarArchiveEntry(name, TarConstants.LF_LINK);
      entry.setLinkName(target);
      out.putArchiveEntry(entry);
      out.closeArchiveEntry();
      return this;
    }

    byte[] bytes() throws IOException {
      out.close();
      return bytes.toByteArray();
    }
  }
}
