package parrot.jobs.checkpoint;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.model.weights.Safetensors;
import parrot.model.weights.TensorSpec;

/**
 * Files of frozen weights alone. Each checkpoint has them; on a local disk as a second name of the
 * start's file, which takes neither time nor room.
 */
final class UnchangedFiles {
  private final FileSystem files;
  private final Path start;

  /**
   * @param start the checkpoint that has the same values
   */
  UnchangedFiles(FileSystem files, Path start) {
    this.files = files;
    this.start = start;
  }

  /**
   * Gives files of the start a second name.
   *
   * @param to the checkpoint that gets them
   * @param unchanged files whose values are the start's
   * @return entries of those that have one now; the others must be written
   */
  List<CheckpointManifest.Entry> link(Path to, List<CheckpointFile> unchanged) throws IOException {
    List<CheckpointManifest.Entry> linked = new ArrayList<>();
    if (unchanged.isEmpty() || !"file".equals(files.makeQualified(to).toUri().getScheme())) {
      return linked;
    }
    Map<String, CheckpointManifest.Entry> entries = new HashMap<>();
    CheckpointManifest.read(files, start)
        .files()
        .forEach(entry -> entries.put(entry.name(), entry));
    for (CheckpointFile file : unchanged) {
      CheckpointManifest.Entry entry = entries.get(file.name());
      if (entry != null && holdsTheSame(file) && link(to, file.name())) {
        linked.add(entry);
      }
    }
    return linked;
  }

  private boolean holdsTheSame(CheckpointFile file) {
    try (Safetensors stored = Safetensors.open(new Path(start, file.name()), files.getConf())) {
      List<String> names = file.tensors().stream().map(TensorSpec::name).toList();
      return List.copyOf(stored.names()).equals(names);
    }
  }

  private boolean link(Path to, String name) throws IOException {
    File target = local(new Path(to, name));
    Files.createDirectories(target.getParentFile().toPath());
    try {
      Files.createLink(target.toPath(), local(new Path(start, name)).toPath());
      return true;
    } catch (IOException | UnsupportedOperationException e) {
      return false; // the disk knows no second names
    }
  }

  private static File local(Path path) {
    return new File(path.toUri().getPath());
  }
}
