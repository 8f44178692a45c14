package parrot.datasets.source;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import org.apache.hadoop.fs.FileStatus;
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
    long high = 0;
    long low = 0;
    long count = 0;
    // Not listFiles: on a local file system it starts a process for each file to learn its owner.
    Deque<Path> folders = new ArrayDeque<>(List.of(folder));
    while (!folders.isEmpty()) {
      for (FileStatus file : files.listStatus(folders.pop())) {
        if (!counts.test(file.getPath())) {
          continue;
        }
        if (file.isDirectory()) {
          folders.push(file.getPath());
          continue;
        }
        String name = file.getPath().toUri().getPath();
        String line =
            (name.startsWith(root) ? name.substring(root.length()) : name)
                + "\n"
                + file.getLen()
                + "\n"
                + file.getModificationTime();
        ByteBuffer hash =
            ByteBuffer.wrap(Digests.sha256().digest(line.getBytes(StandardCharsets.UTF_8)));
        high += hash.getLong();
        low += hash.getLong();
        count++;
      }
    }
    return String.format(Locale.ROOT, "%d-%016x%016x", count, high, low);
  }
}
