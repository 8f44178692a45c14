package parrot.datasets.storage;

import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import org.apache.hadoop.fs.ChecksumException;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.ParentNotDirectoryException;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.ipc.RemoteException;
import org.apache.hadoop.security.AccessControlException;
import parrot.datasets.DataException;
import parrot.datasets.EnvironmentException;

/**
 * The bytes of a stored file. If storage fails to give them, that is no {@link IOException}, which
 * readers of formats take for damage, but an {@link EnvironmentException}; bytes that differ from
 * Hadoop's checksum of them are a {@link DataException}.
 */
public final class StoredStream extends FSInputStream {
  private final FSDataInputStream in;
  private final Path file;

  private StoredStream(FSDataInputStream in, Path file) {
    this.in = in;
    this.file = file;
  }

  /** Opens a file at its beginning. */
  public static FSDataInputStream open(FileSystem files, Path file) throws IOException {
    // Beside a name with a colon Hadoop cannot name the file of checksums that it looks for.
    FileSystem plain =
        files instanceof LocalFileSystem local && file.getName().contains(":")
            ? local.getRawFileSystem()
            : files;
    return new FSDataInputStream(new StoredStream(access(file, () -> plain.open(file)), file));
  }

  /** Access to storage. */
  interface Access<T> {
    T get() throws IOException;
  }

  /**
   * What an access gives. That a file does not exist, ends early or may not be read stays the
   * exception that it is.
   */
  static <T> T access(Path file, Access<T> access) throws IOException {
    try {
      return access.get();
    } catch (ChecksumException e) {
      throw new DataException(
          "Cannot read %s: it is damaged, its bytes differ from the checksum beside it; get it again"
              .formatted(file),
          e);
    } catch (IOException e) {
      IOException cause = e instanceof RemoteException remote ? remote.unwrapRemoteException() : e;
      if (cause instanceof FileNotFoundException
          || cause instanceof EOFException
          || cause instanceof ParentNotDirectoryException
          || cause instanceof AccessControlException) {
        throw cause;
      }
      throw new EnvironmentException(
          "Cannot read %s: storage fails (%s); check the disk or the cluster's storage, then run again"
              .formatted(file, e.getMessage()),
          e);
    }
  }

  @Override
  public int read() throws IOException {
    return access(file, in::read);
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    return access(file, () -> in.read(bytes, offset, length));
  }

  @Override
  public int read(long position, byte[] bytes, int offset, int length) throws IOException {
    return access(file, () -> in.read(position, bytes, offset, length));
  }

  @Override
  public void readFully(long position, byte[] bytes, int offset, int length) throws IOException {
    access(
        file,
        () -> {
          in.readFully(position, bytes, offset, length);
          return length;
        });
  }

  @Override
  public void seek(long position) throws IOException {
    access(
        file,
        () -> {
          in.seek(position);
          return position;
        });
  }

  @Override
  public long getPos() throws IOException {
    return in.getPos();
  }

  @Override
  public boolean seekToNewSource(long position) throws IOException {
    return in.seekToNewSource(position);
  }

  @Override
  public int available() throws IOException {
    return in.available();
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
