package parrot.datasets.storage;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.UUID;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import parrot.datasets.DataException;
import parrot.datasets.EnvironmentException;
import parrot.datasets.UsageException;

/**
 * A folder that appears complete or not at all. Files are written into a hidden sibling ({@link
 * #path()}); {@link #publish()} adds {@value #SUCCESS} as the last file and renames. Closing
 * without publishing removes what was written.
 *
 * <p>Relies on a rename that is atomic, as on HDFS and on local disks. A lock beside the folder
 * keeps two runs from writing it at the same time.
 */
public final class AtomicFolder implements AutoCloseable {
  /** Marks a complete folder; readers refuse a folder without it. */
  public static final String SUCCESS = "_SUCCESS";

  private static final Logger LOG = LoggerFactory.getLogger(AtomicFolder.class);

  private final FileSystem files;
  private final Path target;
  private final Path temporary;
  private final boolean replace;
  private final FolderLock lock;
  private final boolean ownsLock;
  private boolean published;
  private boolean closed;

  private AtomicFolder(
      FileSystem files, Path target, boolean replace, FolderLock lock, boolean ownsLock) {
    this.files = files;
    this.target = target;
    this.replace = replace;
    this.lock = lock;
    this.ownsLock = ownsLock;
    this.temporary = sibling(target, "writing-" + UUID.randomUUID());
  }

  /**
   * Locks {@code target} and makes the hidden folder to write into.
   *
   * @param replace whether {@code target} may exist; it is then replaced when publishing, if this
   *     program wrote it
   * @throws UsageException if it exists and may not be replaced
   * @throws EnvironmentException if another run writes to it
   */
  public static AtomicFolder create(FileSystem files, Path target, boolean replace)
      throws IOException {
    Path full = files.makeQualified(target);
    requireWritable(files, full, replace);
    FolderLock lock = FolderLock.take(files, full);
    try {
      return create(files, full, replace, lock, true);
    } catch (IOException | RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  /**
   * As {@link #create(FileSystem, Path, boolean)}, inside a folder whose lock is held already.
   *
   * @param lock stays with the caller
   */
  public static AtomicFolder create(FileSystem files, Path target, boolean replace, FolderLock lock)
      throws IOException {
    return create(files, files.makeQualified(target), replace, lock, false);
  }

  private static AtomicFolder create(
      FileSystem files, Path full, boolean replace, FolderLock lock, boolean ownsLock)
      throws IOException {
    if (!files.mkdirs(full.getParent())) {
      throw new DataException("Cannot create folder " + full.getParent());
    }
    clearRemains(files, full);
    requireWritable(files, full, replace);
    AtomicFolder folder = new AtomicFolder(files, full, replace, lock, ownsLock);
    if (!files.mkdirs(folder.temporary)) {
      throw new DataException("Cannot create folder " + folder.temporary);
    }
    // For a run that is interrupted; one that is killed is cleared away by the next.
    files.deleteOnExit(folder.temporary);
    return folder;
  }

  /** Whether {@code folder} was published completely. */
  public static boolean isComplete(FileSystem files, Path folder) throws IOException {
    return files.exists(new Path(folder, SUCCESS));
  }

  /** Fails early, before any work, with the message that {@link #create} would give. */
  public static void requireWritable(FileSystem files, Path target, boolean replace)
      throws IOException {
    FileStatus status;
    try {
      status = files.getFileStatus(target);
    } catch (FileNotFoundException e) {
      return;
    }
    if (!replace) {
      throw new UsageException(
          "Cannot write to " + target + ": it exists (pass --overwrite or choose another folder)");
    }
    if (!status.isDirectory()) {
      throw new UsageException(
          "Cannot replace " + target + ": it is a file (choose a folder, or delete it yourself)");
    }
    if (!isComplete(files, target) && files.listStatus(target).length > 0) {
      throw new UsageException(
          "Cannot replace "
              + target
              + ": it has no "
              + SUCCESS
              + " file, so it may not be a result of this program (choose another folder, or delete"
              + " it yourself)");
    }
  }

  /** The hidden folder to write into until {@link #publish()}. */
  public Path path() {
    return temporary;
  }

  public Path target() {
    return target;
  }

  public FileSystem fileSystem() {
    return files;
  }

  /**
   * Makes the folder visible under its name.
   *
   * @throws DataException if a rename is refused; nothing is lost then, the former folder stays
   * @throws LockLostException if another run has taken over; nothing is published then
   */
  public void publish() throws IOException {
    if (published || closed) {
      throw new IllegalStateException("Cannot publish " + target + ": it is published or closed");
    }
    requireWritable(files, target, replace);
    files.create(new Path(temporary, SUCCESS), true).close();
    lock.requireHeld();
    Path former = null;
    // A rename onto an existing folder would move into it, so the former one goes aside first.
    if (files.exists(target)) {
      former = sibling(target, "replaced-" + UUID.randomUUID());
      rename(target, former);
    }
    try {
      rename(temporary, target);
    } catch (IOException | RuntimeException e) {
      if (former != null && !files.exists(target)) {
        rename(former, target);
      }
      throw e;
    }
    published = true;
    files.cancelDeleteOnExit(temporary);
    if (former != null && !files.delete(former, true)) {
      LOG.warn("Cannot delete the former {} (now {}); delete it yourself", target, former);
    }
  }

  /** HDFS answers false where others throw. */
  private void rename(Path from, Path to) throws IOException {
    if (!files.rename(from, to)) {
      throw new DataException(
          "Cannot rename "
              + from
              + " to "
              + to
              + ": the file system refused (does it exist, and may this user write there?)");
    }
  }

  /** Removes what was not published and gives the lock back. */
  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    try {
      if (!published) {
        files.delete(temporary, true);
        files.cancelDeleteOnExit(temporary);
      }
    } finally {
      if (ownsLock) {
        lock.close();
      }
    }
  }

  /**
   * Deletes what dead runs left beside {@code target}, so that one which only slept cannot publish
   * it, and restores a former folder that was moved aside. Under the lock alone: every hidden
   * sibling belongs to a run that died.
   */
  public static void clearRemains(FileSystem files, Path target) throws IOException {
    FileStatus[] left =
        files.listStatus(
            target.getParent(),
            path ->
                path.getName().startsWith(sibling(target, "writing-").getName())
                    || path.getName().startsWith(sibling(target, "replaced-").getName()));
    for (FileStatus one : left) {
      boolean former = one.getPath().getName().contains(".replaced-");
      if (former && !files.exists(target) && isComplete(files, one.getPath())) {
        // The run died between its two renames: the former folder is the newest whole one.
        if (files.rename(one.getPath(), target)) {
          LOG.warn("Restored {}: a dead run had moved it aside", target);
          continue;
        }
      }
      files.delete(one.getPath(), true);
      LOG.warn("Deleted {}: left by a dead run", one.getPath());
    }
  }

  private static Path sibling(Path target, String suffix) {
    return new Path(target.getParent(), "." + target.getName() + "." + suffix);
  }
}
