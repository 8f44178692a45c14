package parrot.datasets.source;

import java.io.IOException;
import java.nio.file.Paths;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Goes through a folder and the folders in it. Follows links, and enters no folder twice. */
final class FolderWalk {
  private FolderWalk() {}

  /**
   * Gives each file to {@code each}, folder by folder; the files of a folder in any order.
   *
   * @param counts which files and folders are looked at
   */
  static void over(FileSystem files, Path folder, Predicate<Path> counts, Consumer<FileStatus> each)
      throws IOException {
    Set<String> entered = new HashSet<>(Set.of(real(files, folder)));
    Deque<Path> folders = new ArrayDeque<>(List.of(folder));
    // Not listFiles: on a local file system it starts a process for each file to learn its owner.
    while (!folders.isEmpty()) {
      List<Path> inside = new ArrayList<>();
      for (FileStatus file : files.listStatus(folders.pop())) {
        if (!counts.test(file.getPath())) {
          continue;
        }
        if (file.isDirectory()) {
          inside.add(file.getPath());
        } else {
          each.accept(file);
        }
      }
      // By name, so that of several links to a folder it is always the same one that is followed.
      inside.sort(Comparator.reverseOrder());
      for (Path one : inside) {
        if (entered.add(real(files, one))) {
          folders.push(one);
        }
      }
    }
  }

  /** Only local folders are reached by several paths. */
  private static String real(FileSystem files, Path folder) throws IOException {
    return "file".equals(files.getUri().getScheme())
        ? Paths.get(folder.toUri().getPath()).toRealPath().toString()
        : folder.toString();
  }
}
