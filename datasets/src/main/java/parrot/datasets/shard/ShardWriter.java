package parrot.datasets.shard;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import parrot.datasets.DataException;
import parrot.datasets.storage.HashingOutput;

/**
 * Writes one shard. Row groups have exactly the rows asked for (the last one what is left), so the
 * same rows give the same bytes.
 */
public final class ShardWriter implements AutoCloseable {
  /** What a row group should take in memory: large enough to stream, small enough to keep a few. */
  static final long ROW_GROUP_BYTES = 32L << 20;

  private final HashingOutput output;
  private final ParquetWriter<TrainingExample> writer;
  private final String name;
  private final int imageSize;
  private final int rowGroupRows;
  private long rows;
  private ShardFile description;

  /**
   * @param imageSize S; every image must have S*S*3 bytes
   * @param rowGroupRows rows of a row group
   */
  public ShardWriter(FileSystem files, Path file, int imageSize, int rowGroupRows)
      throws IOException {
    this(files, file, imageSize, rowGroupRows, List.of());
  }

  /**
   * @param columns of the source that examples may have among their scores
   */
  public ShardWriter(
      FileSystem files, Path file, int imageSize, int rowGroupRows, List<String> columns)
      throws IOException {
    if (rowGroupRows < 1) {
      throw new DataException("Invalid rowGroupRows: " + rowGroupRows + " (must be at least 1)");
    }
    this.name = file.getName();
    this.imageSize = imageSize;
    this.rowGroupRows = rowGroupRows;
    this.output = new HashingOutput(files, file);
    this.writer = new Builder(output, imageSize, rowGroupRows, ShardSchema.type(columns)).build();
  }

  /** Rows that make a row group of about {@link #ROW_GROUP_BYTES}, for images of this size. */
  public static int defaultRowGroupRows(int imageSize) {
    long row = 3L * imageSize * imageSize + 4096;
    return (int) Math.max(1, Math.min(4096, ROW_GROUP_BYTES / row));
  }

  public void write(TrainingExample example) throws IOException {
    byte[] pixels = example.pixels();
    if (pixels != null && pixels.length != 3 * imageSize * imageSize) {
      throw new DataException(
          "Cannot write "
              + example.source()
              + ": wrong image size (got "
              + pixels.length
              + " bytes, expected "
              + imageSize
              + " x "
              + imageSize
              + " x 3)");
    }
    writer.write(example);
    rows++;
  }

  public long rows() {
    return rows;
  }

  /** Finishes the file; {@link #description()} is there from then on. */
  @Override
  public void close() throws IOException {
    if (description != null) {
      return;
    }
    output.holdBack(SortedEncodings::of);
    writer.close();
    List<Integer> groups = new ArrayList<>();
    for (long left = rows; left > 0; left -= rowGroupRows) {
      groups.add((int) Math.min(left, rowGroupRows));
    }
    if (rows > 0) {
      description = new ShardFile(name, groups, output.length(), output.sha256());
    }
  }

  /**
   * What the manifest says of this file.
   *
   * @throws IllegalStateException if it is not closed, or has no rows
   */
  public ShardFile description() {
    if (description == null) {
      throw new IllegalStateException("Shard " + name + " is not closed or has no rows");
    }
    return description;
  }

  private static final class Builder extends ParquetWriter.Builder<TrainingExample, Builder> {
    private final int imageSize;
    private final MessageType type;

    Builder(OutputFile output, int imageSize, int rowGroupRows, MessageType type) {
      super(output);
      this.imageSize = imageSize;
      this.type = type;
      withConf(new Configuration(false));
      withWriteMode(ParquetFileWriter.Mode.CREATE);
      withCompressionCodec(CompressionCodecName.ZSTD);
      withDictionaryEncoding(true);
      withDictionaryEncoding(ShardSchema.PIXELS, false);
      withDictionaryEncoding(ShardSchema.ID, false);
      withDictionaryEncoding(ShardSchema.SOURCE, false);
      withValidation(false);
      // A row group of one byte whose size is looked at every so many rows is one of exactly so
      // many rows.
      withRowGroupSize(1L);
      withMinRowCountForPageSizeCheck(rowGroupRows);
      withMaxRowCountForPageSizeCheck(rowGroupRows);
      withPageRowCountLimit(Integer.MAX_VALUE);
      withMaxPaddingSize(0);
    }

    @Override
    protected Builder self() {
      return this;
    }

    @Override
    protected WriteSupport<TrainingExample> getWriteSupport(Configuration configuration) {
      return new Columns(imageSize, type);
    }
  }

  private static final class Columns extends WriteSupport<TrainingExample> {
    private final int imageSize;
    private final MessageType type;
    private RecordConsumer out;

    Columns(int imageSize, MessageType type) {
      this.imageSize = imageSize;
      this.type = type;
    }

    @Override
    public WriteContext init(Configuration configuration) {
      return new WriteContext(
          type, Map.of(ShardSchema.VERSION_KEY, Integer.toString(ShardSchema.VERSION)));
    }

    @Override
    public void prepareForWrite(RecordConsumer consumer) {
      this.out = consumer;
    }

    @Override
    public void write(TrainingExample example) {
      out.startMessage();
      text(ShardSchema.ID, example.id());
      text(ShardSchema.LANGUAGE, example.language().tag());
      list(ShardSchema.TOKEN_IDS, example.tokenIds());
      list(ShardSchema.LABELS, example.labels());
      if (example.pixels() != null) {
        start(ShardSchema.PICTURE_SIZE);
        out.addInteger(imageSize);
        end(ShardSchema.PICTURE_SIZE);
        start(ShardSchema.PIXELS);
        out.addBinary(Binary.fromConstantByteArray(example.pixels()));
        end(ShardSchema.PIXELS);
      }
      text(ShardSchema.SOURCE, example.source());
      number(ShardSchema.TOKENS, example.tokenIds().length);
      number(ShardSchema.ANSWER_TOKENS, example.supervisedTokens());
      for (Type field : type.getFields()) {
        Object score = example.scores().get(field.getName());
        if (score instanceof Integer value) {
          number(field.getName(), value);
        } else if (score instanceof Long value) {
          start(field.getName());
          out.addLong(value);
          end(field.getName());
        } else if (score != null) {
          text(field.getName(), score.toString());
        }
      }
      out.endMessage();
    }

    private void number(String field, int value) {
      start(field);
      out.addInteger(value);
      end(field);
    }

    private void text(String field, String value) {
      start(field);
      out.addBinary(Binary.fromString(value));
      end(field);
    }

    private void list(String field, int[] values) {
      start(field);
      out.startGroup();
      out.startField("list", 0);
      for (int value : values) {
        out.startGroup();
        out.startField("element", 0);
        out.addInteger(value);
        out.endField("element", 0);
        out.endGroup();
      }
      out.endField("list", 0);
      out.endGroup();
      end(field);
    }

    private void start(String field) {
      out.startField(field, type.getFieldIndex(field));
    }

    private void end(String field) {
      out.endField(field, type.getFieldIndex(field));
    }
  }
}
