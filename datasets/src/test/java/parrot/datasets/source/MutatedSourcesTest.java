package parrot.datasets.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.compressors.CompressorStreamFactory;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroupFactory;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.datasets.DataException;
import parrot.datasets.Mutations;

/**
 * Whatever happens to a file with rows, it is refused in words, or each of its rows is read or
 * rejected with a reason and what is lost is told.
 */
class MutatedSourcesTest {
  private static final int ROWS = 40;
  private static final long RANGE_BYTES = 3000;
  private static final String MESSAGE = "(Cannot|Invalid) [^\\n]*";

  @TempDir java.nio.file.Path scratch;
  private FileSystem files;

  @BeforeEach
  void open() throws IOException {
    files = FileSystem.getLocal(new Configuration()).getRawFileSystem();
  }

  @Test
  void textIsReadOrRefusedInWords() throws Exception {
    Map<String, byte[]> whole = new TreeMap<>();
    byte[] array = ("[" + String.join(",\n", rows()) + "]\n").getBytes(StandardCharsets.UTF_8);
    String lines = String.join("\n", rows());
    whole.put("array", array);
    whole.put("lines", lines.getBytes(StandardCharsets.UTF_8));
    whole.put("UTF-16", lines.getBytes(StandardCharsets.UTF_16));
    whole.put("array.gz", pack(CompressorStreamFactory.GZIP, array));
    whole.put("array.zst", pack(CompressorStreamFactory.ZSTANDARD, array));
    whole.put("array.bz2", pack(CompressorStreamFactory.BZIP2, array));
    Mutations.each(whole, 128L << 20, this::use);
  }

  @Test
  void archivesAreReadOrRefusedInWords() throws Exception {
    Map<String, byte[]> whole = new TreeMap<>();
    whole.put("tar", tar());
    whole.put("tar.gz", pack(CompressorStreamFactory.GZIP, tar()));
    whole.put("tar.zst", pack(CompressorStreamFactory.ZSTANDARD, tar()));
    Mutations.each(whole, 128L << 20, this::use);
  }

  @Test
  void tablesAreReadOrRefusedInWords() throws Exception {
    Map<String, byte[]> whole = new TreeMap<>();
    for (CompressionCodecName codec :
        List.of(
            CompressionCodecName.UNCOMPRESSED,
            CompressionCodecName.SNAPPY,
            CompressionCodecName.GZIP,
            CompressionCodecName.ZSTD)) {
      whole.put("parquet " + codec, parquet(codec));
    }
    Mutations.each(whole, 128L << 20, this::use);
  }

  /** Reads a file as it is, and again going on after damage. */
  private void use(String name, byte[] bytes) throws Exception {
    Files.write(scratch.resolve("x"), bytes);
    SourceScan whole = scan(false);
    SourceScan again = scan(true);
    if (whole != null) {
      assertThat(whole.damages()).isZero();
      assertThat(again).as("the same without damage").isEqualTo(whole);
    }
    if (again != null) {
      assertThat(whole == null).as("damage is told").isEqualTo(again.damages() > 0);
      List<SourceRow> rows = read(again);
      assertThat(rows).as("read and rejected").hasSize((int) again.rows());
      rows.stream().filter(Reject.class::isInstance).map(Reject.class::cast).forEach(this::inWords);
    }
  }

  private void inWords(Reject reject) {
    inWords(reject.message());
  }

  private void inWords(String message) {
    assertThat(message)
        .matches(MESSAGE)
        .hasSizeLessThan(1200)
        .doesNotContain("java.", "Exception", "org.apache", "com.fasterxml", ": null");
  }

  /** Null if it is refused. */
  private SourceScan scan(boolean resynchronise) throws IOException {
    try {
      return RawSource.scan(files, path(), "x", RANGE_BYTES, resynchronise, RowReader.DEFAULT);
    } catch (DataException e) {
      inWords(e.getMessage());
      if (resynchronise) {
        assertThat(e).isInstanceOf(NotRowsException.class);
      }
      return null;
    }
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

  private Path path() {
    return new Path(scratch.resolve("x").toUri());
  }

  private static List<String> rows() {
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < ROWS; i++) {
      rows.add(
          ("{\"id\": \"%d\", \"image\": \"a/%d.jpg\", \"conversations\": [{\"from\": \"human\","
                  + " \"value\": \"<image>\\nКто \\\"это\\\"?\"}, {\"from\": \"gpt\", \"value\":"
                  + " \"一只鹦鹉 %d 🦜\"}]}")
              .formatted(i, i, i * 7919));
    }
    return rows;
  }

  private static byte[] pack(String format, byte[] bytes) throws Exception {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream out =
        new CompressorStreamFactory().createCompressorOutputStream(format, packed)) {
      out.write(bytes);
    }
    return packed.toByteArray();
  }

  private static byte[] tar() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream out = new TarArchiveOutputStream(bytes, "UTF-8")) {
      out.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      out.setAddPaxHeadersForNonAsciiNames(true);
      List<String> rows = rows().subList(0, 8);
      for (int i = 0; i < rows.size(); i++) {
        String key = i % 3 == 0 ? "颜色/" + "deep/".repeat(30) + i : String.valueOf(i);
        add(out, key + ".json", rows.get(i).getBytes(StandardCharsets.UTF_8));
        add(out, key + ".jpg", new byte[700 + i]);
      }
    }
    return bytes.toByteArray();
  }

  private static void add(TarArchiveOutputStream out, String name, byte[] content)
      throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name, true);
    entry.setSize(content.length);
    out.putArchiveEntry(entry);
    out.write(content);
    out.closeArchiveEntry();
  }

  private byte[] parquet(CompressionCodecName codec) throws IOException {
    MessageType type =
        MessageTypeParser.parseMessageType(
            "message row { optional binary id (STRING); optional int32 size; optional group image {"
                + " optional binary bytes; optional binary path (STRING); } optional group"
                + " conversations (LIST) { repeated group list { optional group element { optional"
                + " binary from (STRING); optional binary value (STRING); } } } }");
    Path file = new Path(scratch.resolve(codec + ".parquet").toUri());
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(file)
            .withType(type)
            .withCompressionCodec(codec)
            .withRowGroupSize(3000L)
            .withPageSize(1000)
            .withMinRowCountForPageSizeCheck(5)
            .build()) {
      for (int i = 0; i < ROWS; i++) {
        Group row = new SimpleGroupFactory(type).newGroup();
        row.append("id", "row " + i).append("size", i);
        row.addGroup("image").append("path", "a/" + i + ".jpg");
        Group turns = row.addGroup("conversations");
        turn(turns, "human", "<image>\nWhat is it?");
        turn(turns, "gpt", "A parrot, number " + i * 7919);
        writer.write(row);
      }
    }
    return Files.readAllBytes(scratch.resolve(codec + ".parquet"));
  }

  private static void turn(Group turns, String from, String value) {
    turns.addGroup("list").addGroup("element").append("from", from).append("value", value);
  }
}
