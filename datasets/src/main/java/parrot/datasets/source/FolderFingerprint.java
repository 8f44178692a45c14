package parrot.datasets.source;

import java.io.IOException;
import java.util.function.Predicate;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.datasets.storage.UnorderedDigest;

/** Tells whether anything in a folder may have changed, from listings alone. */
final class FolderFingerprint {
  private FolderFingerprint() {}

  /**
   * Sums a hash of path, size and modification time over all files: a sum, because local listings
   * come in any order and a folder of a million images is not to be sorted in memory.
   *
   * @param counts which files and folders are looked at
   */
  static String of(FileSystem files, Path folder, Predicate<Path> counts) throws IOException {
    String root = files.makeQualified(folder).toUri().getPath();
    UnorderedDigest sum = new UnorderedDigest();
    FolderWalk.over(
        files,
        folder,
        counts,
        file -> {
          String name = file.getPath().toUri().getPath();
          sum.add(
              (name.startsWith(root) ? name.substring(root.length()) : name)
                  + "\n"
                  + file.getLen()
                  + "\n"
                  + file.getModificationTime());
        });
    return sum.toString();
  }
}
