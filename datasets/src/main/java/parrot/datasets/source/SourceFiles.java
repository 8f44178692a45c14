package parrot.datasets.source;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Paths;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.datasets.DataException;

/**
 * The files that an input stands for: itself, all files of a folder and of the folders in it, or
 * what a pattern matches. Whether a file has rows is for its content to say, except for images and
 * their like, of which a folder may have millions.
 */
public final class SourceFiles {
  private static final Pattern ROWS =
      Pattern.compile(
          ".*\\.(json|jsonl|ndjson|tar|parquet)(\\.(gz|gzip|zst|zstd|bz2|xz|lzma|lz4|lzo|br|sz|snappy|z|zip|7z|rar))?"
              + "|.*\\.(tgz|tzst|tbz2?|txz)",
          Pattern.CASE_INSENSITIVE);

  private static final Pattern NO_ROWS =
      Pattern.compile(
          ".*\\.(?:(jpe?g|png|webp|gif|bmp|tiff?|avif|heic|svg)|(mp4|avi|mov|mkv|webm|mp3|wav|flac)"
              + "|(safetensors|bin|pt|pth|ckpt|npy|npz|pkl|h5|onnx|gguf))",
          Pattern.CASE_INSENSITIVE);

  private SourceFiles() {}

  /**
   * A file that may have rows.
   *
   * @param named whether it was asked for by its name, so that it must have rows
   */
  public record Candidate(Path path, long bytes, boolean named) implements Serializable {
    /** Whether its name promises rows, so that a search may not pass over it without them. */
    public boolean promisesRows() {
      return named || SourceFiles.promisesRows(path.getName());
    }
  }

  /** Whether a file's name says that it has rows. */
  static boolean promisesRows(String name) {
    return ROWS.matcher(name).matches();
  }

  /**
   * Finds the files of {@code input}, sorted by path.
   *
   * @param counts which files and folders are looked at
   * @param passedOver takes the others
   * @throws DataException if there is no such file or folder
   */
  public static List<Candidate> find(
      FileSystem files, Path input, Predicate<Path> counts, PassedOver passedOver)
      throws IOException {
    List<Candidate> found = new ArrayList<>();
    for (FileStatus one : matches(files, input)) {
      if (one.isDirectory()) {
        FolderWalk.over(
            files,
            one.getPath(),
            path -> counts.test(path) && !isHidden(path, passedOver),
            file -> add(files, file, passedOver, found));
        reportUnseen(files, one.getPath(), passedOver);
      } else if (one.getPath().equals(input)) {
        requireRegular(files, one.getPath());
        found.add(new Candidate(one.getPath(), one.getLen(), true));
      } else if (isHidden(input, null) || !isHidden(one.getPath(), passedOver)) {
        add(files, one, passedOver, found);
      }
    }
    found.sort(Comparator.comparing(Candidate::path));
    return found;
  }

  private static boolean isLocal(FileSystem files) {
    return "file".equals(files.getUri().getScheme());
  }

  /** A pipe, socket or device has no end that could be waited for, or can be read only once. */
  private static boolean isSpecial(FileSystem files, Path file) {
    return isLocal(files) && !Files.isRegularFile(Paths.get(file.toUri().getPath()));
  }

  private static void requireRegular(FileSystem files, Path input) {
    if (isSpecial(files, input)) {
      throw new DataException(
          "Cannot read input %s: it is a pipe or a device, and input is read more than once; write it to a file first"
              .formatted(input));
    }
  }

  /** What Hadoop's local file system leaves out of a folder's list without a word. */
  private static void reportUnseen(FileSystem files, Path folder, PassedOver passedOver)
      throws IOException {
    if (!isLocal(files)) {
      return;
    }
    Files.walkFileTree(
        Paths.get(folder.toUri().getPath()),
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(
              java.nio.file.Path inside, BasicFileAttributes attributes) throws IOException {
            reportIfUnseen(inside, passedOver);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(java.nio.file.Path file, BasicFileAttributes attributes)
              throws IOException {
            reportIfUnseen(file, passedOver);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(java.nio.file.Path file, IOException e)
              throws IOException {
            if (e instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE; // deleted since it was listed
            }
            throw e;
          }
        });
  }

  /** Reports a file that Hadoop does not see; one that was deleted since it was listed is none. */
  static void reportIfUnseen(java.nio.file.Path file, PassedOver passedOver) throws IOException {
    String name = file.getFileName().toString();
    boolean leadsNowhere = !Files.exists(file);
    boolean deleted = leadsNowhere && !Files.isSymbolicLink(file);
    if (name.startsWith(".") || file.toFile().exists() || deleted) {
      return;
    }
    if (promisesRows(name) || Files.isDirectory(file)) {
      throw new DataException(
          leadsNowhere
              ? "Cannot read input %s: it is a link to %s, which is not there; mount or restore it, or remove the link"
                  .formatted(file, Files.readSymbolicLink(file))
              : "Cannot read input %s: its name is not text in this system's encoding; rename it"
                  .formatted(file));
    }
    passedOver.add(leadsNowhere ? "link that leads nowhere" : "file whose name is not text", name);
  }

  /** A name with brackets in it is itself first, a pattern only if there is no such file. */
  private static FileStatus[] matches(FileSystem files, Path input) throws IOException {
    try {
      return new FileStatus[] {files.getFileStatus(input)};
    } catch (FileNotFoundException e) {
      FileStatus[] found = files.globStatus(input);
      if (found == null || found.length == 0) {
        throw new DataException("Cannot read input " + input + ": it does not exist", e);
      }
      return found;
    }
  }

  /** As Hadoop has it; such files are unfinished, or notes of programs about other files. */
  private static boolean isHidden(Path path, PassedOver passedOver) {
    String name = path.getName();
    boolean hidden = name.startsWith(".") || name.startsWith("_");
    if (hidden && passedOver != null) {
      passedOver.add("hidden by the dot or underscore of its name", name);
    }
    return hidden;
  }

  private static void add(
      FileSystem files, FileStatus file, PassedOver passedOver, List<Candidate> found) {
    Matcher other = NO_ROWS.matcher(file.getPath().getName());
    if (other.matches()) {
      String kind =
          other.group(1) != null
              ? "image"
              : other.group(2) != null ? "film or sound" : "model weights";
      passedOver.add(kind + " by its name", file.getPath().getName());
    } else if (isSpecial(files, file.getPath())) {
      passedOver.add("pipe, socket or device", file.getPath().getName());
    } else {
      found.add(new Candidate(file.getPath(), file.getLen(), false));
    }
  }
}
