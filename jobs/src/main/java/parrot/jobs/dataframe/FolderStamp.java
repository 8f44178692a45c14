package parrot.jobs.dataframe;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import parrot.datasets.EnvironmentException;
import parrot.datasets.storage.Digests;
import parrot.datasets.storage.FileSystems;

/** What a folder's files were when it was looked at. */
final class FolderStamp {
  private FolderStamp() {}

  /** Another one if a file was added, removed or replaced. */
  static String of(Path folder, Configuration hadoop) {
    FileSystem files = FileSystems.of(folder, hadoop);
    TreeSet<String> lines = new TreeSet<>();
    try {
      RemoteIterator<LocatedFileStatus> all = files.listFiles(folder, true);
      while (all.hasNext()) {
        LocatedFileStatus one = all.next();
        lines.add(one.getPath() + " " + one.getLen() + " " + one.getModificationTime());
      }
    } catch (IOException e) {
      throw new EnvironmentException("Cannot list %s: %s".formatted(folder, e.getMessage()), e);
    }
    return Digests.sha256(String.join("\n", lines).getBytes(StandardCharsets.UTF_8));
  }
}
