package parrot.datasets.shard;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.ParquetDecodingException;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import parrot.datasets.DataException;
import parrot.datasets.EnvironmentException;
import parrot.datasets.language.Language;
import parrot.datasets.storage.StoredInput;

/** Reads one shard, a row group at a time. */
public final class ShardReader implements Closeable {
  private final Path file;
  private final ParquetFileReader reader;

  /**
   * @throws DataException if the file is not a shard, or one of another schema version
   */
  public ShardReader(FileSystem files, Path file) throws IOException {
    this.file = file;
    try {
      this.reader = ParquetFileReader.open(new StoredInput(files, file));
    } catch (EnvironmentException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new DataException(
          "Cannot read " + file + ": no Parquet file (" + e.getMessage() + ")", e);
    }
    try {
      String version =
          reader.getFooter().getFileMetaData().getKeyValueMetaData().get(ShardSchema.VERSION_KEY);
      if (!Integer.toString(ShardSchema.VERSION).equals(version)) {
        throw new DataException(
            "Cannot read "
                + file
                + ": unknown schema version (got "
                + version
                + ", expected "
                + ShardSchema.VERSION
                + ")");
      }
    } catch (RuntimeException e) {
      reader.close();
      throw e;
    }
  }

  /** Rows of each row group. */
  public List<Integer> rowGroupRows() {
    List<Integer> rows = new ArrayList<>();
    for (BlockMetaData group : reader.getRowGroups()) {
      rows.add(Math.toIntExact(group.getRowCount()));
    }
    return rows;
  }

  /**
   * Languages of all rows, by row group; reads no other column.
   *
   * @throws DataException if a row has no language
   */
  public List<List<Language>> languages() throws IOException {
    MessageType column =
        new MessageType(ShardSchema.TYPE.getName(), ShardSchema.TYPE.getType(ShardSchema.LANGUAGE));
    reader.setRequestedSchema(column);
    try {
      List<List<Language>> groups = new ArrayList<>();
      for (PageReadStore pages; (pages = reader.readNextRowGroup()) != null; ) {
        RecordReader<Group> records =
            new ColumnIOFactory()
                .getColumnIO(column)
                .getRecordReader(pages, new GroupRecordConverter(column));
        List<Language> rows = new ArrayList<>();
        for (long i = 0; i < pages.getRowCount(); i++) {
          rows.add(Language.of(records.read().getString(ShardSchema.LANGUAGE, 0)));
        }
        groups.add(rows);
      }
      return groups;
    } catch (ParquetDecodingException | IllegalArgumentException e) {
      throw new DataException(
          "Cannot read the languages of " + file + ": " + e.getMessage() + "; preprocess again", e);
    }
  }

  /** Takes the values of a row's columns, in order; null if it has none. */
  @FunctionalInterface
  interface Values {
    void take(Object[] values);
  }

  /**
   * Values of single columns, row by row; reads no other column.
   *
   * @throws DataException if the file has no such column
   */
  void forEachRow(List<String> columns, Values values) throws IOException {
    MessageType file = reader.getFileMetaData().getSchema();
    List<String> stored =
        columns.stream()
            .map(column -> column.equals(ShardSchema.FILE) ? ShardSchema.SOURCE : column)
            .toList();
    for (String column : stored) {
      if (column.equals(ShardSchema.PIXELS)
          || !file.containsField(column)
          || !file.getType(column).isPrimitive()) {
        throw noColumn(column, file);
      }
    }
    List<Type> fields = stored.stream().distinct().map(file::getType).toList();
    MessageType wanted = new MessageType(file.getName(), fields);
    reader.setRequestedSchema(wanted);
    try {
      for (PageReadStore pages; (pages = reader.readNextRowGroup()) != null; ) {
        RecordReader<Group> records =
            new ColumnIOFactory()
                .getColumnIO(wanted)
                .getRecordReader(pages, new GroupRecordConverter(wanted));
        for (long i = 0; i < pages.getRowCount(); i++) {
          Group row = records.read();
          Object[] found = new Object[columns.size()];
          for (int c = 0; c < found.length; c++) {
            found[c] = value(row, stored.get(c));
            if (columns.get(c).equals(ShardSchema.FILE)) {
              String source = found[c].toString();
              int line = source.lastIndexOf(':');
              found[c] = line < 0 ? source : source.substring(0, line);
            }
          }
          values.take(found);
        }
      }
    } catch (ParquetDecodingException | IllegalArgumentException e) {
      throw new DataException(
          "Cannot read "
              + columns
              + " of "
              + this.file
              + ": "
              + e.getMessage()
              + "; preprocess again",
          e);
    }
  }

  private static Object value(Group row, String column) {
    if (row.getFieldRepetitionCount(column) == 0) {
      return null;
    }
    return switch (row.getType().getType(column).asPrimitiveType().getPrimitiveTypeName()) {
      case INT32 -> row.getInteger(column, 0);
      case INT64 -> row.getLong(column, 0);
      default -> row.getString(column, 0);
    };
  }

  private DataException noColumn(String column, MessageType schema) {
    List<String> names =
        schema.getFields().stream()
            .filter(Type::isPrimitive)
            .map(Type::getName)
            .filter(name -> !name.equals(ShardSchema.PIXELS))
            .toList();
    String option =
        ShardSchema.isScore(column) ? "" : ", with --column %s if it is one of the source";
    return new DataException(
        "Cannot choose rows of %s by %s: it has no such column (got %s and %s; delete the folder and preprocess again%s)"
            .formatted(
                file,
                column,
                String.join(", ", names),
                ShardSchema.FILE,
                option.formatted(column)));
  }

  /** The rows of one group, in order. */
  public List<TrainingExample> read(int rowGroup) throws IOException {
    try {
      MessageType type = reader.getFileMetaData().getSchema();
      PageReadStore pages = reader.readRowGroup(rowGroup);
      RecordReader<TrainingExample> records =
          new ColumnIOFactory()
              .getColumnIO(type)
              .getRecordReader(pages, new ExampleMaterializer(type));
      int count = Math.toIntExact(pages.getRowCount());
      List<TrainingExample> rows = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        rows.add(records.read());
      }
      return rows;
    } catch (ParquetDecodingException | IllegalArgumentException | IOException e) {
      throw new DataException(
          "Cannot read row group "
              + rowGroup
              + " of "
              + file
              + ": damaged ("
              + e.getMessage()
              + ")",
          e);
    }
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}
