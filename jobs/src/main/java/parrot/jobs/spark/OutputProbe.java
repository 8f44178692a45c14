package parrot.jobs.spark;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.datasets.EnvironmentException;
import parrot.datasets.UsageException;
import parrot.datasets.storage.FileSystems;
import parrot.datasets.storage.StorageUnavailableException;

/** Finds out whether a folder can be written to, by writing to it. */
final class OutputProbe {
  private static final byte[] CONTENT =
      "written to see whether it can be\n".getBytes(StandardCharsets.UTF_8);

  private OutputProbe() {}

  /**
   * Writes a small file, reads it again and deletes it, in the folder or in the nearest one above
   * that exists. Leaves nothing behind and creates no folder.
   *
   * @return what there is to say
   * @throws UsageException if no folder of a result can be made there
   * @throws EnvironmentException and the file system's reason
   * @throws StorageUnavailableException if the file system does not answer
   */
  static String fact(Path out, Configuration configuration) {
    FileSystem files = FileSystems.of(out, configuration);
    Path folder = files.makeQualified(out);
    FileSystems.requireWritableName(folder);
    Path probe = null;
    try {
      Path nearest = nearest(files, folder);
      probe = new Path(nearest, ".parrot-probe-" + UUID.randomUUID());
      write(files, probe);
      if (!files.delete(probe, false)) {
        throw new IOException(probe + " could not be deleted");
      }
      long left = files.getStatus(nearest).getRemaining();
      return folder + " can be written to, " + Count.bytes(left) + " are free";
    } catch (IOException e) {
      throw refuse(files, probe, folder, e);
    }
  }

  private static Path nearest(FileSystem files, Path folder) throws IOException {
    Path nearest = folder;
    while (nearest.getParent() != null && !files.exists(nearest)) {
      nearest = nearest.getParent();
    }
    if (files.getFileStatus(nearest).isFile()) {
      throw new IOException(nearest + " is a file");
    }
    return nearest;
  }

  private static void write(FileSystem files, Path probe) throws IOException {
    try (FSDataOutputStream out = files.create(probe, false)) {
      out.write(CONTENT);
    }
    byte[] read = new byte[CONTENT.length];
    try (FSDataInputStream in = files.open(probe)) {
      in.readFully(0, read);
    }
    if (!Arrays.equals(read, CONTENT)) {
      throw new IOException(probe + " does not hold what was written to it");
    }
  }

  private static EnvironmentException refuse(
      FileSystem files, Path probe, Path folder, IOException cause) {
    if (probe != null) {
      try {
        files.delete(probe, false);
      } catch (IOException e) {
        cause.addSuppressed(e);
      }
    }
    String reason = String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
    return new EnvironmentException(
        "Cannot write to "
            + folder
            + ": "
            + reason
            + "; choose another folder, or mend its permissions, quota or file system",
        cause);
  }
}
