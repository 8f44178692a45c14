package parrot.datasets.storage;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.function.UnaryOperator;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;

/**
 * A file for Parquet to write that takes its checksum on the way: nothing is read again. The end of
 * the file can be held back and edited before it is written.
 */
public final class HashingOutput implements OutputFile {
  private final FileSystem files;
  private final Path path;
  private final MessageDigest digest = Digests.sha256();
  private long length;
  private ByteArrayOutputStream held;
  private UnaryOperator<byte[]> edit;

  public HashingOutput(FileSystem files, Path path) {
    this.files = files;
    this.path = path;
  }

  /**
   * From now on keeps in memory what is written; closing the stream writes it as {@code edit} gives
   * it back, which must have the same length.
   */
  public void holdBack(UnaryOperator<byte[]> edit) {
    this.held = new ByteArrayOutputStream();
    this.edit = edit;
  }

  /** Bytes written; final once the stream is closed. */
  public long length() {
    return length;
  }

  /** The checksum in hexadecimal; to be asked once, after closing. */
  public String sha256() {
    return Digests.hex(digest.digest());
  }

  @Override
  public PositionOutputStream create(long blockSize) throws IOException {
    return open(false);
  }

  @Override
  public PositionOutputStream createOrOverwrite(long blockSize) throws IOException {
    return open(true);
  }

  private PositionOutputStream open(boolean overwrite) throws IOException {
    FSDataOutputStream out = files.create(path, overwrite);
    return new PositionOutputStream() {
      @Override
      public long getPos() {
        return length;
      }

      @Override
      public void write(int value) throws IOException {
        write(new byte[] {(byte) value}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int offset, int count) throws IOException {
        length += count;
        if (held != null) {
          held.write(bytes, offset, count);
        } else {
          out.write(bytes, offset, count);
          digest.update(bytes, offset, count);
        }
      }

      @Override
      public void flush() throws IOException {
        out.flush();
      }

      @Override
      public void close() throws IOException {
        if (held != null) {
          byte[] end = edit.apply(held.toByteArray());
          held = null;
          out.write(end);
          digest.update(end);
        }
        out.close();
      }
    };
  }

  @Override
  public boolean supportsBlockSize() {
    return false;
  }

  @Override
  public long defaultBlockSize() {
    return 0;
  }

  @Override
  public String getPath() {
    return path.toString();
  }
}
