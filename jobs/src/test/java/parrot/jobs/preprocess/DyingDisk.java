package parrot.jobs.preprocess;

import java.io.IOException;
import java.util.Map;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;

/**
 * A disk that does nothing more after a number of changes, as for a process that is killed: the
 * file that is made then stays empty.
 */
public final class DyingDisk extends RawLocalFileSystem {
  private static int changes;
  private static int last = Integer.MAX_VALUE;

  /** Settings of a session on this disk. */
  static Map<String, String> settings() {
    return Map.of(
        "spark.hadoop.fs.file.impl",
        DyingDisk.class.getName(),
        "spark.hadoop.fs.file.impl.disable.cache",
        "true");
  }

  /** From now on, dies at a change, counted from 1. */
  static synchronized void dieAt(int change) {
    changes = 0;
    last = change;
  }

  /** From now on, lives; gives the number of changes since it last began to. */
  static synchronized int revive() {
    int made = changes;
    dieAt(Integer.MAX_VALUE);
    return made;
  }

  static synchronized boolean isDead() {
    return changes >= last;
  }

  private static void requireAlive() throws IOException {
    if (isDead()) {
      throw new IOException("killed");
    }
  }

  private static synchronized void change() throws IOException {
    requireAlive();
    changes++;
    requireAlive();
  }

  @Override
  public FSDataInputStream open(Path file, int bufferSize) throws IOException {
    requireAlive();
    return super.open(file, bufferSize);
  }

  @Override
  public FileStatus getFileStatus(Path file) throws IOException {
    requireAlive();
    return super.getFileStatus(file);
  }

  @Override
  public FileStatus[] listStatus(Path folder) throws IOException {
    requireAlive();
    return super.listStatus(folder);
  }

  @Override
  public FSDataOutputStream create(
      Path file,
      boolean overwrite,
      int bufferSize,
      short replication,
      long blockSize,
      Progressable progress)
      throws IOException {
    requireAlive();
    FSDataOutputStream out =
        super.create(file, overwrite, bufferSize, replication, blockSize, progress);
    return orClosed(out);
  }

  @Override
  public FSDataOutputStream create(
      Path file,
      FsPermission permission,
      boolean overwrite,
      int bufferSize,
      short replication,
      long blockSize,
      Progressable progress)
      throws IOException {
    requireAlive();
    FSDataOutputStream out =
        super.create(file, permission, overwrite, bufferSize, replication, blockSize, progress);
    return orClosed(out);
  }

  private static FSDataOutputStream orClosed(FSDataOutputStream out) throws IOException {
    try {
      change();
      return out;
    } catch (IOException e) {
      out.close();
      throw e;
    }
  }

  @Override
  public boolean mkdirs(Path folder) throws IOException {
    change();
    return super.mkdirs(folder);
  }

  @Override
  public boolean rename(Path from, Path to) throws IOException {
    change();
    return super.rename(from, to);
  }

  @Override
  public boolean delete(Path path, boolean recursive) throws IOException {
    change();
    return super.delete(path, recursive);
  }
}
