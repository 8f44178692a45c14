package parrot.jobs.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.datasets.conversation.TokenizerFile;

/**
 * The files that travel with a model from the folder that it started from: how texts become tokens,
 * and how answers begin and end.
 *
 * @param tokenizer a tokenizer's file or folder; what lies beside it belongs to it
 * @param model folder with the settings of generation
 */
public record Companions(Optional<Path> tokenizer, Path model) {
  private static final List<String> OF_TOKENIZER =
      List.of(
          "tokenizer_config.json",
          "special_tokens_map.json",
          "added_tokens.json",
          "vocab.json",
          "merges.txt",
          "chat_template.jinja");

  private static final List<String> OF_GENERATION = List.of("generation_config.json");

  /** Writes them, the tokenizer as a {@code tokenizer.json} whatever it was. */
  void copy(FileSystem files, Path to) throws IOException {
    if (tokenizer.isPresent()) {
      Path file = tokenizer.get();
      FileSystem source = file.getFileSystem(files.getConf());
      try (OutputStream out = files.create(new Path(to, TokenizerFile.FAST), true)) {
        out.write(TokenizerFile.read(source, file));
      }
      copy(
          OF_TOKENIZER,
          source.getFileStatus(file).isDirectory() ? file : file.getParent(),
          files,
          to);
    }
    copy(OF_GENERATION, model, files, to);
  }

  /**
   * Writes those that lie in a folder, as they are.
   *
   * @return their names
   */
  public static List<String> copyAll(Path folder, FileSystem files, Path to) throws IOException {
    List<String> names = new ArrayList<>(List.of(TokenizerFile.FAST));
    names.addAll(OF_TOKENIZER);
    names.addAll(OF_GENERATION);
    return copy(names, folder, files, to);
  }

  private static List<String> copy(List<String> names, Path folder, FileSystem files, Path to)
      throws IOException {
    FileSystem source = folder.getFileSystem(files.getConf());
    List<String> copied = new ArrayList<>();
    for (String name : names) {
      Path file = new Path(folder, name);
      if (source.exists(file)) {
        try (InputStream in = source.open(file);
            OutputStream out = files.create(new Path(to, name), true)) {
          in.transferTo(out);
        }
        copied.add(name);
      }
    }
    return copied;
  }
}
