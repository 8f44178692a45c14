package parrot.datasets.source;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.Collectors;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import parrot.datasets.DataException;
import parrot.datasets.EnvironmentException;
import parrot.datasets.record.RecordFormat;
import parrot.datasets.storage.Digests;
import parrot.datasets.storage.StoredInput;
import parrot.datasets.storage.StoredStream;

/** Parquet as Hugging Face writes it: rows with nested turns and images, by row groups. */
final class ParquetSource {
  private static final byte[] MAGIC = "PAR1".getBytes(StandardCharsets.US_ASCII);
  private static final int SHOWN_COLUMNS = 12;

  private ParquetSource() {}

  static boolean isParquet(byte[] head) {
    return head.length > MAGIC.length
        && Arrays.equals(head, 0, MAGIC.length, MAGIC, 0, MAGIC.length);
  }

  /** Reads all rows once: only that tells whether they can be read. */
  static SourceScan scan(
      FileSystem files, Path file, String name, boolean resynchronise, RecordFormat format)
      throws IOException {
    String sha256 = Digests.sha256(files, file);
    long bytes = files.getFileStatus(file).getLen();
    RangeCutter cutter = new RangeCutter(file.toString(), name, 1, false, resynchronise);
    cutter.of(() -> SourceForm.PARQUET);
    try (ParquetFileReader reader = open(files, file);
        FSDataInputStream headers = StoredStream.open(files, file)) {
      MessageType schema = reader.getFileMetaData().getSchema();
      for (BlockMetaData group : reader.getRowGroups()) {
        undamaged(() -> ParquetSoundness.requireFooter(group, schema, bytes));
      }
      requireConversations(reader, name, format);
      long number = 1;
      for (int group = 0; group < reader.getRowGroups().size(); group++) {
        BlockMetaData about = reader.getRowGroups().get(group);
        if (about.getRowCount() == 0) {
          continue; // written for an empty table; Parquet refuses to read it
        }
        long start = about.getStartingPos();
        long end = start + about.getCompressedSize();
        try {
          undamaged(() -> ParquetSoundness.requirePages(about, headers, bytes));
          GroupRows rows = new GroupRows(reader, group);
          while (rows.left > 0) {
            rows.read();
          }
          cutter.rows(number, about.getRowCount(), start, end);
        } catch (DamagedGroupException e) {
          requireUnchanged(files, file, sha256);
          boolean last = group == reader.getRowGroups().size() - 1;
          String problem =
              "row group %d, of %,d rows in %s, cannot be read"
                  .formatted(group, about.getRowCount(), packing(about));
          cutter.lost(number, start, end, last, new RowBoundaries.Damage(start, problem));
        }
        number += about.getRowCount();
      }
    } catch (DamagedGroupException e) {
      requireUnchanged(files, file, sha256);
      String problem = "its footer cannot be read; was the file copied completely?";
      cutter.lost(1, 0, bytes, true, new RowBoundaries.Damage(bytes, problem));
    }
    return new SourceScan(cutter.finish(), bytes, sha256);
  }

  private static String packing(BlockMetaData group) {
    return group.getColumns().stream()
        .map(column -> column.getCodec().name())
        .distinct()
        .collect(Collectors.joining(" and "));
  }

  /** Tells damage from a file system that fails. */
  private static void requireUnchanged(FileSystem files, Path file, String sha256)
      throws IOException {
    if (!Digests.sha256(files, file).equals(sha256)) {
      throw new DataException("Cannot read " + file + ": it changed while it was read; run again");
    }
  }

  private static void requireConversations(
      ParquetFileReader reader, String name, RecordFormat format) {
    MessageType schema = reader.getFileMetaData().getSchema();
    if (format.mayHoldConversation(schema::containsField)) {
      return;
    }
    List<String> columns = schema.getFields().stream().map(Type::getName).toList();
    throw new NotRowsException(
        name,
        "a Parquet file without conversations; it has the columns %s%s, and not %s (name its columns in a --format FILE.yaml)"
            .formatted(
                columns.stream().limit(SHOWN_COLUMNS).collect(Collectors.joining(", ")),
                columns.size() > SHOWN_COLUMNS ? ", ..." : "",
                format.expected()),
        true);
  }

  private static ParquetFileReader open(FileSystem files, Path file) throws IOException {
    ParquetReadOptions options = ParquetReadOptions.builder().usePageChecksumVerification().build();
    return undamaged(() -> ParquetFileReader.open(new StoredInput(files, file), options));
  }

  /** What of a file is read with Parquet's reader, which throws anything at damage. */
  private interface Reading<T> {
    T get() throws IOException;
  }

  private static <T> T undamaged(Reading<T> reading) throws DamagedGroupException {
    try {
      return reading.get();
    } catch (EnvironmentException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw new DamagedGroupException(e);
    }
  }

  static SourceRows read(FileSystem files, SourceRange range, RowReader reader) throws IOException {
    return new Rows(files, range, reader);
  }

  private static final class DamagedGroupException extends IOException {
    private static final long serialVersionUID = 1L;

    DamagedGroupException(Exception cause) {
      super(cause);
    }
  }

  /** The rows of one row group, which is in memory while they are read. */
  private static final class GroupRows {
    private final RecordReader<Group> records;
    private long left;

    GroupRows(ParquetFileReader reader, int group) throws DamagedGroupException {
      PageReadStore pages = undamaged(() -> reader.readRowGroup(group));
      this.left = pages.getRowCount();
      this.records = undamaged(() -> records(reader.getFileMetaData().getSchema(), pages));
    }

    private static RecordReader<Group> records(MessageType schema, PageReadStore pages) {
      return new ColumnIOFactory()
          .getColumnIO(schema)
          .getRecordReader(pages, new GroupRecordConverter(schema));
    }

    Group read() throws DamagedGroupException {
      left--;
      return undamaged(records::read);
    }
  }

  private static final class Rows implements SourceRows {
    private final SourceRange range;
    private final RowReader reader;
    private final ParquetFileReader file;
    private final GroupRows rows;
    private long number;

    Rows(FileSystem files, SourceRange range, RowReader reader) throws IOException {
      this.range = range;
      this.reader = reader;
      this.number = range.firstRow();
      this.file = open(files, new Path(range.file()));
      this.rows = new GroupRows(file, group());
    }

    private int group() {
      List<BlockMetaData> groups = file.getRowGroups();
      for (int i = 0; i < groups.size(); i++) {
        if (groups.get(i).getStartingPos() == range.start()
            && groups.get(i).getRowCount() == range.rows()) {
          return i;
        }
      }
      throw new DataException(
          "Cannot read " + range.file() + ": it changed while it was read; run again");
    }

    @Override
    public boolean hasNext() {
      return rows.left > 0;
    }

    @Override
    public SourceRow next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      JsonNode row;
      try {
        row = ParquetJson.of(rows.read());
      } catch (DamagedGroupException e) {
        throw new DataException(
            "Cannot read " + range.file() + ": it changed while it was read; run again", e);
      }
      return reader.read(row, range.name() + ":" + number++);
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
