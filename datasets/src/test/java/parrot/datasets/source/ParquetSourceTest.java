package parrot.datasets.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.ObjIntConsumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroupFactory;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.RowGroup;
import org.apache.parquet.format.Util;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import parrot.datasets.EnvironmentException;
import parrot.datasets.storage.FailingDisk;
import parrot.datasets.storage.FileSystems;

/** Parquet as Hugging Face writes it: structs for images, lists of structs for conversations. */
class ParquetSourceTest {
  private static final String CONVERSATIONS =
      " optional group conversations (LIST) { repeated group list { optional group %s {"
          + " optional binary from (STRING); optional binary value (STRING); } } } ";
  private static final String IMAGE =
      " optional group image { optional binary bytes; optional binary path (STRING); } ";
  private static final String ID = " optional binary id (STRING); ";
  private static final byte[] PNG =
      ("\u0089PNG\r\n\u001a\n\0\0" + "and more ".repeat(9)).getBytes(StandardCharsets.ISO_8859_1);
  private static final String PNG_URI = "data:;base64," + Base64.getEncoder().encodeToString(PNG);

  @TempDir java.nio.file.Path scratch;
  private FileSystem files;

  @BeforeEach
  void open() {
    files = FileSystems.of(new Path(scratch.toUri()), new Configuration());
  }

  @ParameterizedTest
  @ValueSource(strings = {"element", "item"})
  void readsConversationsAndTheBytesOfImages(String element) throws IOException {
    write(
        ID + IMAGE + CONVERSATIONS.formatted(element),
        3,
        (row, number) -> {
          row.append("id", "row " + number);
          talk(row.addGroup("conversations"), element, "<image>\nWhat is it?");
          image(row.addGroup("image"), number);
        });
    List<SourceRow> rows = read(scan(false));
    assertThat(rows).extracting(SourceRow::origin).containsExactly("x:1", "x:2", "x:3");
    for (SourceRow row : rows) {
      SourceExample example = (SourceExample) row;
      assertThat(example.id()).startsWith("row ");
      assertThat(example.imagePath()).contains(PNG_URI);
      assertThat(example.conversation().turns()).hasSize(2);
      assertThat(example.notes()).isEmpty();
    }
  }

  @Test
  void readsImagesByPathInListsOfOneAndAsBareBytes() throws IOException {
    write(
        " optional group images (LIST) { repeated group list { optional group element {"
            + " optional binary bytes; optional binary path (STRING); } } } "
            + " optional binary img; "
            + CONVERSATIONS.formatted("element"),
        2,
        (row, number) -> {
          if (number == 0) {
            row.addGroup("images").addGroup(0).addGroup(0).append("path", "coco/1.jpg");
          } else {
            row.append("img", Binary.fromConstantByteArray(PNG));
          }
          talk(row.addGroup("conversations"), "element", "<image>\nWhat is it?");
        });
    assertThat(read(scan(false)))
        .extracting(row -> ((SourceExample) row).imagePath().orElseThrow())
        .containsExactly("coco/1.jpg", PNG_URI);
  }

  @Test
  void rejectsRowsThatCannotBeUsedEachWithItsReason() throws IOException {
    write(
        IMAGE
            + " optional group thumbnail { optional binary bytes; optional binary path; } "
            + CONVERSATIONS.formatted("element").replace("value (STRING)", "value"),
        4,
        (row, number) -> {
          if (number > 0) {
            talk(row.addGroup("conversations"), "element", number == 1 ? "What?" : "<image>");
          }
          if (number == 1) {
            row.addGroup("thumbnail").append("bytes", Binary.fromConstantByteArray(PNG));
          }
          if (number == 3) {
            image(row.addGroup("image"), 0);
            row.getGroup("conversations", 0)
                .addGroup(0)
                .addGroup(0)
                .append("from", "human")
                .append("value", Binary.fromConstantByteArray(new byte[] {(byte) 0xC4, 'a'}));
          }
        });
    assertThat(read(scan(false)))
        .extracting(row -> ((Reject) row).reason())
        .containsExactly(
            RejectReason.BAD_FIELD,
            RejectReason.OTHER_MEDIA,
            RejectReason.IMAGE_TOKEN_WITHOUT_IMAGE,
            RejectReason.BAD_FIELD);
  }

  @ParameterizedTest
  @EnumSource(names = {"UNCOMPRESSED", "SNAPPY", "GZIP", "ZSTD"})
  void hasARangeForEachRowGroup(CompressionCodecName codec) throws IOException {
    writeMany(codec);
    SourceScan scan = scan(false);
    assertThat(scan.ranges()).hasSizeGreaterThan(2);
    assertThat(scan.rows()).isEqualTo(1000);
    List<SourceRow> rows = read(scan);
    assertThat(rows).hasSize(1000).allMatch(SourceExample.class::isInstance);
    assertThat(rows.get(999).origin()).isEqualTo("x:1000");
    assertThat(((SourceExample) rows.get(999)).id()).isEqualTo("999");
  }

  @Test
  void tellsThatARowGroupIsDamagedAndGoesOnBehindItOnRequest() throws IOException {
    writeMany(CompressionCodecName.SNAPPY);
    SourceRange second = scan(false).ranges().get(1);
    byte[] bytes = Files.readAllBytes(path());
    Arrays.fill(bytes, (int) second.start(), (int) second.end() - 1, (byte) 0x77);
    Files.write(path(), bytes);
    assertThatThrownBy(() -> scan(false))
        .isInstanceOf(DamagedFileException.class)
        .hasMessageContaining("Cannot read x: it is damaged at byte " + second.start())
        .hasMessageContaining("row group 1, of ")
        .hasMessageContaining("--resynchronise");
    SourceScan rest = scan(true);
    assertThat(rest.rows()).isEqualTo(1000 - second.rows() + 1);
    assertThat(read(rest).stream().filter(Reject.class::isInstance))
        .singleElement()
        .satisfies(row -> assertThat(((Reject) row).reason()).isEqualTo(RejectReason.BROKEN_FILE));
  }

  @Test
  void tellsThatAFileBreaksOff() throws IOException {
    writeMany(CompressionCodecName.ZSTD);
    byte[] bytes = Files.readAllBytes(path());
    for (int length : new int[] {bytes.length - 1, bytes.length / 2, 9, 5}) {
      Files.write(path(), Arrays.copyOf(bytes, length));
      assertThatThrownBy(() -> scan(false))
          .isInstanceOf(DamagedFileException.class)
          .hasMessageContaining("its footer cannot be read; was the file copied completely?");
      assertThat(read(scan(true))).singleElement().isInstanceOf(Reject.class);
    }
  }

  @Test
  void isNoSourceWithoutAColumnOfConversations() throws IOException {
    write(" optional binary text; ", 1, (row, number) -> row.append("text", "x"));
    assertThatThrownBy(() -> scan(false))
        .isInstanceOfSatisfying(NotRowsException.class, e -> assertThat(e.isCertain()).isTrue())
        .hasMessageContaining("a Parquet file without conversations; it has the columns text");
  }

  private static void talk(Group list, String element, String question) {
    list.addGroup("list").addGroup(element).append("from", "human").append("value", question);
    list.addGroup("list").addGroup(element).append("from", "gpt").append("value", "A parrot.");
  }

  private static void image(Group image, int number) {
    image.append("bytes", Binary.fromConstantByteArray(PNG)).append("path", number + ".png");
  }

  private void writeMany(CompressionCodecName codec) throws IOException {
    write(
        ID + CONVERSATIONS.formatted("element"),
        1000,
        codec,
        (row, number) -> {
          row.append("id", String.valueOf(number));
          talk(row.addGroup("conversations"), "element", "What is number " + number + "?");
        });
  }

  /** As pyarrow writes for an empty table that is appended to others. */
  @Test
  void passesOverRowGroupsWithoutRows() throws IOException {
    write(
        ID + CONVERSATIONS.formatted("element"),
        5,
        (row, number) -> {
          row.append("id", String.valueOf(number));
          talk(row.addGroup("conversations"), "element", "What is number " + number + "?");
        });
    addEmptyRowGroup();
    SourceScan scan = scan(false);
    assertThat(scan.rows()).isEqualTo(5);
    assertThat(read(scan)).hasSize(5).allMatch(SourceExample.class::isInstance);
  }

  /** The reader believes the footer, and would pass over the others in silence. */
  @Test
  void tellsThatTheFooterCountsFewerRowsThanThereAre() throws IOException {
    writeMany(CompressionCodecName.SNAPPY);
    editFooter(footer -> footer.getRow_groups().get(0).setNum_rows(3));
    assertThatThrownBy(() -> scan(false))
        .isInstanceOf(DamagedFileException.class)
        .hasMessageContaining("its footer cannot be read; was the file copied completely?");
  }

  @Test
  void tellsThatAColumnReachesOverTheEndOfTheFile() throws IOException {
    writeMany(CompressionCodecName.SNAPPY);
    editFooter(
        footer ->
            footer
                .getRow_groups()
                .get(0)
                .getColumns()
                .forEach(column -> column.getMeta_data().setTotal_compressed_size(1L << 40)));
    assertThatThrownBy(() -> scan(false)).isInstanceOf(DamagedFileException.class);
    assertThat(read(scan(true))).singleElement().isInstanceOf(Reject.class);
  }

  private void addEmptyRowGroup() throws IOException {
    editFooter(
        footer -> {
          RowGroup empty = new RowGroup(footer.getRow_groups().get(0));
          empty.setNum_rows(0);
          empty.getColumns().forEach(column -> column.getMeta_data().setNum_values(0));
          footer.getRow_groups().add(0, empty);
        });
  }

  private void editFooter(Consumer<FileMetaData> edit) throws IOException {
    byte[] bytes = Files.readAllBytes(path());
    int length = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(bytes.length - 8);
    int footer = bytes.length - 8 - length;
    FileMetaData about = Util.readFileMetaData(new ByteArrayInputStream(bytes, footer, length));
    edit.accept(about);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Util.writeFileMetaData(about, out);
    ByteBuffer end = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    end.putInt(out.size()).put("PAR1".getBytes(StandardCharsets.US_ASCII));
    out.write(end.array());
    Files.write(path(), Arrays.copyOf(bytes, footer));
    Files.write(path(), out.toByteArray(), StandardOpenOption.APPEND);
  }

  @Test
  void callsAFailureOfStorageNoDamage() throws Exception {
    write(
        ID + CONVERSATIONS.formatted("element"),
        9,
        (row, number) -> {
          row.append("id", String.valueOf(number));
          talk(row.addGroup("conversations"), "element", "What is number " + number + "?");
        });
    for (long bad = 0; bad < Files.size(path()); bad += 97) {
      FileSystem failing = FileSystems.of(new Path(scratch.toUri()), FailingDisk.at(bad));
      assertThatThrownBy(
              () ->
                  RawSource.scan(
                      failing, new Path(path().toUri()), "x", 1, true, RowReader.DEFAULT))
          .as("bad byte %d", bad)
          .isInstanceOf(EnvironmentException.class)
          .hasMessageContaining("storage fails (Input/output error)");
    }
  }

  private void write(String columns, int rows, ObjIntConsumer<Group> fill) throws IOException {
    write(columns, rows, CompressionCodecName.SNAPPY, fill);
  }

  private void write(
      String columns, int rows, CompressionCodecName codec, ObjIntConsumer<Group> fill)
      throws IOException {
    Files.deleteIfExists(path());
    Files.deleteIfExists(scratch.resolve(".x.crc"));
    MessageType type = MessageTypeParser.parseMessageType("message row {" + columns + "}");
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(new Path(path().toUri()))
            .withType(type)
            .withCompressionCodec(codec)
            .withRowGroupSize(20_000L)
            .build()) {
      for (int i = 0; i < rows; i++) {
        Group row = new SimpleGroupFactory(type).newGroup();
        fill.accept(row, i);
        writer.write(row);
      }
    }
    Files.deleteIfExists(scratch.resolve(".x.crc"));
  }

  private java.nio.file.Path path() {
    return scratch.resolve("x");
  }

  private SourceScan scan(boolean resynchronise) throws IOException {
    return RawSource.scan(
        files, new Path(path().toUri()), "x", 1, resynchronise, RowReader.DEFAULT);
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
}
