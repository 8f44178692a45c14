package parrot.datasets.shard;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import parrot.datasets.storage.HashingOutput;
import parrot.datasets.storage.StoredInput;

/**
 * What an update has to know of the rows of a shard, in their order, without reading the shard: a
 * small Parquet file for each.
 */
public final class ShardLedger {
  private static final int CONTENT_BYTES = 16;
  private static final MessageType TYPE =
      MessageTypeParser.parseMessageType(
          """
          message row {
            required fixed_len_byte_array(16) content;
            required int32 details;
            required int32 label;
            required boolean truncated;
            required binary notes (STRING);
          }
          """);

  private ShardLedger() {}

  /**
   * A row of a shard.
   *
   * @param content the first 16 bytes of its content's checksum
   * @param details a checksum of what else counts: id, language, notes
   * @param label what stands for the source that the row came from
   * @param truncated whether its end was cut off
   * @param notes what was changed or not read in it, a line each
   */
  public record Row(byte[] content, int details, int label, boolean truncated, String notes) {}

  /** Writes the ledger of a shard. */
  public static final class Writer implements Closeable {
    private final ParquetWriter<Group> writer;

    public Writer(FileSystem files, Path file) throws IOException {
      this.writer =
          ExampleParquetWriter.builder(new HashingOutput(files, file))
              .withConf(new Configuration(false))
              .withType(TYPE)
              .withCompressionCodec(CompressionCodecName.ZSTD)
              .build();
    }

    public void write(Row row) throws IOException {
      Group group = new SimpleGroup(TYPE);
      group.add("content", Binary.fromConstantByteArray(row.content(), 0, CONTENT_BYTES));
      group.add("details", row.details());
      group.add("label", row.label());
      group.add("truncated", row.truncated());
      group.add("notes", row.notes());
      writer.write(group);
    }

    @Override
    public void close() throws IOException {
      writer.close();
    }
  }

  /** Reads the ledger of a shard, row by row. */
  public static final class Reader implements Iterator<Row>, Closeable {
    private final ParquetFileReader file;
    private RecordReader<Group> records;
    private long left;

    public Reader(FileSystem files, Path file) throws IOException {
      this.file = ParquetFileReader.open(new StoredInput(files, file));
    }

    @Override
    public boolean hasNext() {
      try {
        while (left == 0) {
          PageReadStore pages = file.readNextRowGroup();
          if (pages == null) {
            return false;
          }
          left = pages.getRowCount();
          records =
              new ColumnIOFactory()
                  .getColumnIO(TYPE)
                  .getRecordReader(pages, new GroupRecordConverter(TYPE));
        }
        return true;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public Row next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      left--;
      Group row = records.read();
      return new Row(
          row.getBinary("content", 0).getBytes(),
          row.getInteger("details", 0),
          row.getInteger("label", 0),
          row.getBoolean("truncated", 0),
          row.getString("notes", 0));
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
