package parrot.datasets.source;

import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** A file with rows in any of the forms; its first bytes tell which, not its name. */
public final class RawSource {
  private RawSource() {}

  /**
   * Cuts a file into ranges that can be read independently, and takes its checksum on the way.
   * Reads the file once and keeps nothing of it.
   *
   * @param name what origins call the file
   * @param rangeBytes size of a range, if the form allows to choose it
   * @param resynchronise whether damage is left out, as a range with a problem; else it is an error
   * @param reader what the rows will be read with
   * @throws NotRowsException if it has no rows
   * @throws DamagedFileException if its rows cannot be told apart
   */
  public static SourceScan scan(
      FileSystem files,
      Path file,
      String name,
      long rangeBytes,
      boolean resynchronise,
      RowReader reader)
      throws IOException {
    byte[] head = head(files, file);
    if (TarSource.isTar(head)) {
      return TarSource.scan(files, file, name, rangeBytes, resynchronise);
    }
    if (ParquetSource.isParquet(head)) {
      return ParquetSource.scan(files, file, name, resynchronise, reader.format());
    }
    return LlavaSource.scan(files, file, name, rangeBytes, resynchronise);
  }

  /** The first bytes, unpacked; fewer if the file is shorter or damaged. */
  private static byte[] head(FileSystem files, Path file) throws IOException {
    try (SourceBytes in = SourceBytes.open(files, file)) {
      return in.readNBytes(TarSource.HEADER);
    } catch (SourceBytes.DamagedPackingException e) {
      return new byte[0];
    }
  }

  /** The rows of a range, in order. */
  public static SourceRows read(FileSystem files, SourceRange range, RowReader reader)
      throws IOException {
    if (range.problem() != null) {
      return new Unread(List.of((SourceRow) range.reject()).iterator());
    }
    return switch (range.form()) {
      case LINES, ARRAY -> LlavaSource.read(files, range, reader);
      case TAR -> TarSource.read(files, range, reader);
      case PARQUET -> ParquetSource.read(files, range, reader);
    };
  }

  private record Unread(Iterator<SourceRow> reject) implements SourceRows {
    @Override
    public boolean hasNext() {
      return reject.hasNext();
    }

    @Override
    public SourceRow next() {
      return reject.next();
    }

    @Override
    public void close() {}
  }
}
