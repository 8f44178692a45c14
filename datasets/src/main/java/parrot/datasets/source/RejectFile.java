package parrot.datasets.source;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.example.GroupReadSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import parrot.datasets.DataException;
import parrot.datasets.storage.HashingOutput;

/**
 * Rejected rows, as Parquet with four text columns: {@code source} (file:line), {@code id}, {@code
 * reason} (a {@link RejectReason}) and {@code message}.
 */
public final class RejectFile implements Closeable {
  private static final MessageType TYPE =
      MessageTypeParser.parseMessageType(
          """
          message reject {
            required binary source (STRING);
            required binary id (STRING);
            required binary reason (STRING);
            required binary message (STRING);
          }
          """);

  private final ParquetWriter<Group> writer;

  /** Starts a file. */
  public RejectFile(FileSystem files, Path file) throws IOException {
    this.writer =
        ExampleParquetWriter.builder(new HashingOutput(files, file))
            .withConf(new Configuration(false))
            .withType(TYPE)
            .withCompressionCodec(CompressionCodecName.ZSTD)
            .build();
  }

  public void write(Reject reject) throws IOException {
    Group row = new SimpleGroup(TYPE);
    row.add("source", reject.origin());
    row.add("id", reject.id());
    row.add("reason", reject.reason().name());
    row.add("message", reject.message());
    writer.write(row);
  }

  @Override
  public void close() throws IOException {
    writer.close();
  }

  /** All rows of a file. */
  public static List<Reject> read(Path file, Configuration configuration) throws IOException {
    List<Reject> rejects = new ArrayList<>();
    try (Reader reader = new Reader(file, configuration)) {
      reader.forEachRemaining(rejects::add);
    }
    return rejects;
  }

  /** Reads a file row by row. */
  public static final class Reader implements Iterator<Reject>, Closeable {
    private final Path file;
    private final ParquetReader<Group> reader;
    private Reject next;

    /**
     * @throws DataException if it is not such a file
     */
    public Reader(Path file, Configuration configuration) throws IOException {
      this.file = file;
      this.reader =
          ParquetReader.builder(new GroupReadSupport(), file).withConf(configuration).build();
      this.next = read();
    }

    private Reject read() throws IOException {
      try {
        Group row = reader.read();
        return row == null
            ? null
            : new Reject(
                row.getString("source", 0),
                row.getString("id", 0),
                RejectReason.valueOf(row.getString("reason", 0)),
                row.getString("message", 0));
      } catch (RuntimeException e) {
        throw new DataException("Cannot read " + file + ": not a table of rejected rows", e);
      }
    }

    @Override
    public boolean hasNext() {
      return next != null;
    }

    @Override
    public Reject next() {
      if (next == null) {
        throw new NoSuchElementException();
      }
      Reject row = next;
      try {
        next = read();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return row;
    }

    @Override
    public void close() throws IOException {
      reader.close();
    }
  }
}
