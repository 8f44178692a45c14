package parrot.datasets.storage;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.datasets.UsageException;

/** Keeps a command from deleting what it reads. Follows links, and finds them inside inputs. */
public final class InputGuard {
  /** Levels below an input at which links are looked for, as to another disk. */
  private static final int LINK_DEPTH = 2;

  private InputGuard() {}

  /**
   * Refuses if an input is the folder that is to be deleted, or lies in it. Changes nothing.
   *
   * @param deleted a folder that exists, or not
   * @param inputs files and folders of any file system
   * @throws UsageException naming both
   */
  public static void requireOutside(
      Path deleted, Collection<Path> inputs, Configuration configuration) throws IOException {
    List<Path> targets = names(deleted, configuration);
    for (Path input : inputs) {
      for (Path name : names(input, configuration)) {
        requireOutside(targets, name, deleted, input);
      }
      for (Path link : linksIn(input, configuration)) {
        requireOutside(targets, link, deleted, input);
      }
    }
  }

  private static void requireOutside(List<Path> targets, Path name, Path deleted, Path input)
      throws IOException {
    for (Path above = name; above != null; above = above.getParent()) {
      for (Path target : targets) {
        if (above.equals(target) || isSame(above, target)) {
          throw new UsageException(
              "Cannot overwrite "
                  + deleted
                  + ": this command reads "
                  + input
                  + ", which lies in it (choose another folder to write to, or move what is read)");
        }
      }
    }
  }

  /** Whether two names lead to one local folder, as through a second mount. */
  private static boolean isSame(Path a, Path b) throws IOException {
    if (!isLocal(a) || !isLocal(b)) {
      return false;
    }
    java.nio.file.Path one = local(a);
    java.nio.file.Path other = local(b);
    return Files.exists(one) && Files.exists(other) && Files.isSameFile(one, other);
  }

  /** A path as it is written, and as links resolve it. */
  private static List<Path> names(Path path, Configuration configuration) throws IOException {
    FileSystem files = FileSystems.of(path, configuration);
    Path full = files.makeQualified(path);
    return List.of(full, isLocal(full) ? qualified(real(local(full))) : resolved(files, full));
  }

  private static Path resolved(FileSystem files, Path full) throws IOException {
    try {
      return files.resolvePath(full);
    } catch (FileNotFoundException e) {
      return full;
    }
  }

  /** The real path; the part that does not exist stays as it is. */
  private static java.nio.file.Path real(java.nio.file.Path path) throws IOException {
    if (Files.exists(path) || path.getParent() == null) {
      return path.toRealPath();
    }
    return real(path.getParent()).resolve(path.getFileName());
  }

  private static List<Path> linksIn(Path input, Configuration configuration) throws IOException {
    Path full = FileSystems.of(input, configuration).makeQualified(input);
    List<Path> targets = new ArrayList<>();
    if (isLocal(full) && Files.isDirectory(local(full))) {
      try (Stream<java.nio.file.Path> inside =
          Files.walk(local(full).toRealPath(), LINK_DEPTH).filter(Files::isSymbolicLink)) {
        for (java.nio.file.Path link : (Iterable<java.nio.file.Path>) inside::iterator) {
          if (Files.exists(link)) {
            targets.add(qualified(link.toRealPath()));
          }
        }
      }
    }
    return targets;
  }

  private static boolean isLocal(Path full) {
    return "file".equals(full.toUri().getScheme());
  }

  private static java.nio.file.Path local(Path full) {
    return java.nio.file.Path.of(full.toUri().getPath());
  }

  private static Path qualified(java.nio.file.Path path) {
    return new Path("file", null, path.toString());
  }
}
