package parrot.datasets.conversation;

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

  static final int LARGEST = 1 << 28;

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
          : FileSystems.readFully(files, file, LARGEST);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "Cannot open tokenizer %s: %s (expected a Hugging Face tokenizer.json)"
              .formatted(path, e.getMessage()),
          e);
    }
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
