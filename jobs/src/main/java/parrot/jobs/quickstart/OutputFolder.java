package parrot.jobs.quickstart;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FileSystem;
import parrot.datasets.UsageException;

/** The local folder of a quickstart, with a work folder that is removed at its end. */
final class OutputFolder implements AutoCloseable {
  private static final String WORK = ".work";

  /** Marks a folder that a quickstart made, finished or not. */
  private static final String MARK = ".quickstart";

  private final Path folder;
  private final Thread atExit;

  private OutputFolder(Path folder) {
    this.folder = folder;
    // Ctrl-C ends the process without closing anything.
    this.atExit = new Thread(() -> delete(folder.resolve(WORK)), "remove work folder");
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  /**
   * Makes the folder.
   *
   * @param overwrite whether one that a quickstart left may be replaced
   * @throws UsageException if it exists and may not be replaced
   */
  static OutputFolder create(Path folder, boolean overwrite) throws IOException {
    if (Files.exists(folder) && !isEmpty(folder)) {
      boolean ours = Files.exists(folder.resolve(MARK));
      if (!overwrite || !ours) {
        throw new UsageException(
            "Cannot write to "
                + folder
                + (ours
                    ? ": it holds a quickstart already (--overwrite replaces it, --out chooses"
                        + " another folder)"
                    : ": it exists and no quickstart made it (choose another with --out)"));
      }
      delete(folder);
    }
    Files.createDirectories(folder.resolve(WORK));
    Files.write(folder.resolve(MARK), new byte[0]);
    return new OutputFolder(folder.toAbsolutePath().normalize());
  }

  private static boolean isEmpty(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return false;
    }
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.findAny().isEmpty();
    }
  }

  Path path(String name) {
    return folder.resolve(name);
  }

  /** A path in the work folder. */
  Path work(String name) {
    return folder.resolve(WORK).resolve(name);
  }

  org.apache.hadoop.fs.Path hadoopPath(String name) {
    return new org.apache.hadoop.fs.Path(path(name).toUri());
  }

  /** Copies a file or folder out of HDFS. */
  void copy(FileSystem from, String source, String name) throws IOException {
    Files.createDirectories(path(name).getParent());
    // Hadoop's raw local file system writes no checksum files.
    from.copyToLocalFile(false, new org.apache.hadoop.fs.Path(source), hadoopPath(name), true);
  }

  static void delete(Path folder) {
    if (!Files.exists(folder)) {
      return;
    }
    try {
      Files.walkFileTree(
          folder,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              Files.deleteIfExists(file);
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) {
              return FileVisitResult.CONTINUE; // deleted in the meantime
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, IOException e)
                throws IOException {
              Files.deleteIfExists(directory);
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot delete " + folder + ": " + e.getMessage(), e);
    }
  }

  /** Removes the work folder, and the whole folder if nothing else is in it. */
  @Override
  public void close() throws IOException {
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      return; // the process is ending: the hook does the work
    }
    delete(folder.resolve(WORK));
    try (Stream<Path> entries = Files.list(folder)) {
      if (entries.allMatch(entry -> entry.getFileName().toString().equals(MARK))) {
        delete(folder);
      }
    }
  }
}
