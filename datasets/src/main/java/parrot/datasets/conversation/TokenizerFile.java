package parrot.datasets.conversation;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.datasets.DataException;
import parrot.datasets.storage.FileSystems;

/**
 * Where a tokenizer lies: a {@code tokenizer.json}, a {@code vocab.json} with the other files of a
 * slow tokenizer beside it, or the folder of either.
 */
public final class TokenizerFile {
  public static final String FAST = "tokenizer.json";
  public static final String SLOW = "vocab.json";

  private static final int LARGEST = 1 << 28;

  private TokenizerFile() {}

  /**
   * The tokenizer as the content of a {@code tokenizer.json}.
   *
   * @throws DataException if there is none, or a slow one that cannot be converted
   */
  public static byte[] read(FileSystem files, Path path) {
    try {
      if (!files.exists(path)) {
        throw new DataException(
            "Cannot open tokenizer %s: it does not exist (expected a Hugging Face tokenizer.json)"
                .formatted(path));
      }
      Path file = files.getFileStatus(path).isDirectory() ? in(files, path) : path;
      return file.getName().equals(SLOW)
          ? new SlowTokenizer(files, file.getParent()).toJson()
          : content(files, file);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "Cannot open tokenizer %s: %s (expected a Hugging Face tokenizer.json)"
              .formatted(path, e.getMessage()),
          e);
    }
  }

  /**
   * One file of a tokenizer, whole.
   *
   * @throws DataException if something else lies in its place, as downloads that went wrong leave
   */
  static byte[] content(FileSystem files, Path file) throws IOException {
    byte[] content = FileSystems.readFully(files, file, LARGEST);
    String start = new String(content, 0, Math.min(64, content.length), ISO_8859_1).strip();
    if (start.startsWith("version https://git-lfs")) {
      throw unusable(file, "a git-lfs pointer in place of the file (run git lfs pull there)");
    }
    if (start.startsWith("<!") || start.startsWith("<html")) {
      throw unusable(file, "a web page in place of the file; download it again");
    }
    if (start.isEmpty()) {
      throw unusable(file, "empty; download it again");
    }
    return content;
  }

  private static DataException unusable(Path file, String kind) {
    return new DataException("Cannot use tokenizer %s: it is %s".formatted(file, kind));
  }

  private static Path in(FileSystem files, Path folder) throws IOException {
    for (String name : new String[] {FAST, SLOW}) {
      if (files.exists(new Path(folder, name))) {
        return new Path(folder, name);
      }
    }
    throw new DataException(
        "Cannot open tokenizer %s: the folder has neither %s nor %s".formatted(folder, FAST, SLOW));
  }
}
