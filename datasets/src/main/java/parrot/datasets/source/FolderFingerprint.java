package parrot.datasets.source;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.function.Predicate;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.datasets.storage.Digests;

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
    Sum sum = new Sum();
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
    return String.format(Locale.ROOT, "%d-%016x%016x", sum.count, sum.high, sum.low);
  }

  private static final class Sum {
    private long high;
    private long low;
    private long count;

    void add(String line) {
      ByteBuffer hash =
          ByteBuffer.wrap(Digests.sha256().digest(line.getBytes(StandardCharsets.UTF_8)));
      high += hash.getLong();
      low += hash.getLong();
      count++;
    }
  }
}
