package parrot.datasets.shard;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import parrot.datasets.storage.FolderLock;
import parrot.datasets.storage.LockHeldException;

/**
 * The versions of a data set that is updated in place. Shards are never changed; a version is a
 * manifest, and the one beside the shards is published. Each also lies in a folder of its own,
 * which can be opened like the data set: what reads for long opens that one, and {@link #hold
 * holds} the data set, so that no file it may need is removed.
 */
public final class DatasetVersions {
  /** Folder of the versions, in that of the data set. */
  public static final String FOLDER = "_versions";

  private static final Logger LOG = LoggerFactory.getLogger(DatasetVersions.class);
  private static final String READER = "reader-";

  private DatasetVersions() {}

  /**
   * Where a version lies.
   *
   * @param fingerprint SHA-256 of its {@code manifest.json}
   */
  public static Path of(Path dataset, String fingerprint) {
    return new Path(new Path(dataset, FOLDER), fingerprint);
  }

  /** Where the shards of {@code folder} lie, which may be a version. */
  static Path shards(Path folder) {
    Path parent = folder.getParent();
    return parent != null && parent.getName().equals(FOLDER) ? parent.getParent() : folder;
  }

  /** Whether a data set may be updated in place. */
  public static boolean isUpdated(FileSystem files, Path dataset) throws IOException {
    return files.exists(new Path(dataset, FOLDER));
  }

  /**
   * The version with one of these checksums, if it is there, else the data set.
   *
   * @param checksums of manifests
   */
  public static Path known(FileSystem files, Path dataset, Set<String> checksums)
      throws IOException {
    Path versions = new Path(files.makeQualified(dataset), FOLDER);
    if (!checksums.isEmpty() && files.exists(versions)) {
      for (String checksum : checksums) {
        Path version = new Path(versions, checksum);
        if (files.exists(version)) {
          return version;
        }
      }
    }
    return dataset;
  }

  /** What ends a {@link #hold}. */
  public interface Hold extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Keeps every file of the data set that is there now, until it is closed or this process ends. To
   * be called before the data set is opened.
   */
  public static Hold hold(FileSystem files, Path dataset) throws IOException {
    Path full = files.makeQualified(dataset);
    if (!isUpdated(files, full)) {
      return () -> {};
    }
    try {
      FolderLock lock = FolderLock.take(files, new Path(full, READER + UUID.randomUUID()));
      return lock::close;
    } catch (IOException e) {
      LOG.warn(
          "Cannot write to {} ({}): if it is updated while it is read, files may be missing",
          full,
          e.getMessage());
      return () -> {};
    }
  }

  /** Whether any process holds the data set. Takes as long as a lock's lease if one may be dead. */
  public static boolean isHeld(FileSystem files, Path dataset) throws IOException {
    List<Path> dead = new ArrayList<>();
    for (FileStatus file : files.listStatus(dataset)) {
      String name = file.getPath().getName();
      if (!name.startsWith("." + READER) || !name.endsWith(".lock")) {
        continue;
      }
      String target = name.substring(1, name.length() - ".lock".length());
      try {
        FolderLock.requireFree(files, new Path(dataset, target));
        dead.add(file.getPath());
      } catch (LockHeldException e) {
        return true;
      }
    }
    for (Path lock : dead) {
      files.delete(lock, false);
    }
    return false;
  }
}
