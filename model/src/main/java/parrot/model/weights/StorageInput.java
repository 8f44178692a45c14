package parrot.model.weights;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.apache.hadoop.fs.ChecksumException;
import org.apache.hadoop.fs.Path;
import parrot.model.ModelException;

/** Throws a failure of storage unchecked, so that who reads the format does not call it damage. */
final class StorageInput extends FilterInputStream {
  private final Path file;

  StorageInput(Path file, InputStream in) {
    super(in);
    this.file = file;
  }

  static RuntimeException failure(Path file, IOException cause) {
    return failure(file.toString(), cause);
  }

  /**
   * Bytes that differ from Hadoop's checksum of them are damage; any other failure is storage's.
   */
  static RuntimeException failure(String what, IOException cause) {
    String message = "Cannot read " + what + ": ";
    return cause instanceof ChecksumException
        ? new ModelException(message + "the file is damaged; " + cause.getMessage(), cause)
        : new UncheckedIOException(message + cause.getMessage(), cause);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    try {
      return super.read(bytes, offset, length);
    } catch (EOFException e) {
      throw e;
    } catch (IOException e) {
      throw failure(file, e);
    }
  }
}
