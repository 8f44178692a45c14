package parrot.datasets.storage;

import java.io.IOException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.hadoop.util.HadoopStreams;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.SeekableInputStream;

/** A file as Parquet's reader asks for it. */
public record StoredInput(FileSystem files, Path file) implements InputFile {
  @Override
  public long getLength() throws IOException {
    return StoredStream.access(file, () -> files.getFileStatus(file).getLen());
  }

  @Override
  public SeekableInputStream newStream() throws IOException {
    return HadoopStreams.wrap(StoredStream.open(files, file));
  }

  @Override
  public String toString() {
    return file.toString();
  }
}
