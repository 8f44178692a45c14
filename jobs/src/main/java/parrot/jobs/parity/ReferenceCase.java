package parrot.jobs.parity;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.datasets.DataException;
import parrot.datasets.UsageException;
import parrot.datasets.storage.FileSystems;
import parrot.jobs.failure.FailedException;

/**
 * A folder that holds one reference case.
 *
 * @param name last part of its path
 */
record ReferenceCase(CaseKind kind, String name, Path folder) {

  /**
   * All cases in and under some folders, each once, by name within a folder.
   *
   * @throws UsageException if a folder does not exist or holds no case
   */
  static List<ReferenceCase> find(List<String> folders, Configuration configuration)
      throws IOException {
    Set<ReferenceCase> cases = new LinkedHashSet<>();
    for (String folder : folders) {
      Path path = FileSystems.path(folder);
      FileSystem files = FileSystems.of(path, configuration);
      path = files.makeQualified(path);
      try {
        if (!files.getFileStatus(path).isDirectory()) {
          throw new DataException(
              "Cannot check "
                  + folder
                  + ": it is a file (give the folder of a case, or one above it)");
        }
      } catch (FileNotFoundException e) {
        throw new DataException("Cannot check " + folder + ": there is no such folder", e);
      }
      List<ReferenceCase> found = new ArrayList<>();
      walk(files, path, found);
      if (found.isEmpty()) {
        throw new FailedException(
            "Cannot check "
                + folder
                + ": no reference case is in or under it ("
                + CaseKind.LAYOUT
                + ")");
      }
      cases.addAll(found);
    }
    return List.copyOf(cases);
  }

  private static void walk(FileSystem files, Path folder, List<ReferenceCase> found)
      throws IOException {
    FileStatus[] entries = files.listStatus(folder);
    Arrays.sort(entries, Comparator.comparing(FileStatus::getPath));
    Set<String> names = new TreeSet<>();
    for (FileStatus entry : entries) {
      if (entry.isFile() && !entry.getPath().getName().startsWith(".")) {
        names.add(entry.getPath().getName());
      }
    }
    Optional<CaseKind> kind = CaseKind.of(names);
    if (kind.isPresent()) {
      found.add(new ReferenceCase(kind.get(), folder.getName(), folder));
      return;
    }
    for (FileStatus entry : entries) {
      if (entry.isDirectory() && !entry.getPath().getName().startsWith(".")) {
        walk(files, entry.getPath(), found);
      }
    }
  }
}
