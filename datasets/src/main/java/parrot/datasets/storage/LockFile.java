package parrot.datasets.storage;

import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.datasets.DataException;

/** The file of a lock, beside the folder: who holds it, and when that was last confirmed. */
final class LockFile {
  private static final int MOST_BYTES = 1 << 16;
  private static final long RETURN_MILLIS = 2_000;

  private final FileSystem files;
  private final Path path;
  private long renewed;

  /**
   * What the file says.
   *
   * @param holder in words; empty if its holder has not written them yet, or there is no file
   * @param renewed changes with each renewal; says nothing about time
   */
  record Content(String holder, long renewed) {
    /** There is no file. */
    static final Content NONE = new Content("", 0);
  }

  LockFile(FileSystem files, Path target) {
    this.files = files;
    this.path = new Path(target.getParent(), "." + target.getName() + ".lock");
  }

  Path path() {
    return path;
  }

  /** Of several that try at once, one succeeds. */
  boolean createIfAbsent(String holder) throws IOException {
    OutputStream created;
    try {
      created = createNew();
    } catch (FileAlreadyExistsException | java.nio.file.FileAlreadyExistsException e) {
      return false;
    } catch (IOException e) {
      // HDFS has a type of its own for a file that another client is writing.
      if (files.exists(path)) {
        return false;
      }
      throw e;
    }
    try (OutputStream out = created) {
      out.write(holder.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      files.delete(path, false); // there is no room for it
      throw e;
    }
    return true;
  }

  private OutputStream createNew() throws IOException {
    // Hadoop's local file system looks first and creates then, so that two may succeed.
    return isLocal()
        ? Files.newOutputStream(local(), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)
        : files.create(path, false);
  }

  private boolean isLocal() {
    return "file".equals(path.toUri().getScheme());
  }

  private java.nio.file.Path local() {
    return java.nio.file.Path.of(path.toUri().getPath());
  }

  Content read() throws IOException {
    return read(path);
  }

  private Content read(Path file) throws IOException {
    try {
      FileStatus status = files.getFileStatus(file);
      String holder = FileSystems.readText(files, file, MOST_BYTES);
      return new Content(holder, status.getModificationTime());
    } catch (FileNotFoundException | EOFException | DataException e) {
      return Content.NONE; // gone, or changing hands right now
    }
  }

  /** Whether the file names this holder. One that takes a look by mistake brings it back soon. */
  boolean holds(String holder) throws IOException {
    long began = System.nanoTime();
    Content now = read();
    while (now.holder().isEmpty() && System.nanoTime() - began < RETURN_MILLIS * 1_000_000) {
      try {
        Thread.sleep(50);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
      now = read();
    }
    return now.holder().equals(holder);
  }

  /** Renews: the time differs from the one before, whatever the clock says. */
  void touch() throws IOException {
    renewed = Math.max(renewed + 1, System.currentTimeMillis());
    files.setTimes(path, renewed, -1);
  }

  /**
   * Removes the lock of a dead run. It is renamed away first: of several that try, one succeeds.
   *
   * @return whether this one did
   */
  boolean remove(Content seen) throws IOException {
    Path aside = new Path(path.getParent(), path.getName() + "." + UUID.randomUUID());
    if (!read().equals(seen) || !rename(aside)) {
      return false;
    }
    if (!read(aside).equals(seen)) {
      files.rename(aside, path); // a living run took or renewed it in between
      return false;
    }
    return files.delete(aside, false);
  }

  private boolean rename(Path to) throws IOException {
    try {
      return files.rename(path, to);
    } catch (FileNotFoundException e) {
      return false; // another that tries was faster: the local file system says so by throwing
    }
  }

  void delete() throws IOException {
    files.delete(path, false);
  }
}
