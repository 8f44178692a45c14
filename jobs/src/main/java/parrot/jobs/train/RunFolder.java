package parrot.jobs.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.datasets.DataException;
import parrot.datasets.EnvironmentException;
import parrot.datasets.UsageException;
import parrot.datasets.storage.FileSystems;
import parrot.datasets.storage.FolderLock;
import parrot.datasets.storage.InputGuard;
import parrot.jobs.checkpoint.CheckpointLayout;
import parrot.jobs.checkpoint.CheckpointManifest;
import parrot.jobs.checkpoint.Checkpoints;
import parrot.jobs.config.TrainConfigReader;
import parrot.jobs.metrics.MetricsFile;
import parrot.model.network.Part;

/** The folder of a run: {@code config.yaml}, {@code metrics.jsonl}, {@code checkpoints}. */
final class RunFolder implements AutoCloseable {
  static final String CONFIG = "config.yaml";

  /** What runs write into their folders; a report lies beside it. */
  private static final List<String> WRITTEN =
      List.of(CheckpointLayout.CHECKPOINTS, MetricsFile.NAME, "report.html", CONFIG);

  /** Keys that every stored configuration has. */
  private static final List<String> ALWAYS =
      List.of("out", "train", "model", "data", "replicas", "optimizer", "kernels", "checkpoints");

  /** Keys that may differ between a run and its continuation: they change nothing computed. */
  private static final Set<String> FREE = Set.of("out", "held_out", "checkpoints", "average_last");

  final FileSystem files;
  final Path path;
  final FolderLock lock;
  final Checkpoints checkpoints;

  private RunFolder(FileSystem files, Path path, FolderLock lock) {
    this.files = files;
    this.path = path;
    this.lock = lock;
    this.checkpoints = new Checkpoints(files, path, lock);
  }

  /**
   * Keeps other processes out until it is closed; the lock of a dead run is taken over.
   *
   * @throws EnvironmentException if the folder is in use by another run
   */
  static RunFolder lock(FileSystem files, Path out) throws IOException {
    Path path = files.makeQualified(out);
    RunFolder folder = new RunFolder(files, path, FolderLock.take(files, path));
    folder.checkpoints.clearRemains();
    return folder;
  }

  @Override
  public void close() {
    lock.close();
  }

  /**
   * Decides which checkpoint to go on from. Changes nothing.
   *
   * @return empty to begin from the start
   * @throws UsageException if the folder holds something else, or a run of another configuration
   */
  Optional<Path> prepare(TrainJob.Mode mode, ObjectNode resolved, Consumer<String> say)
      throws IOException {
    boolean exists = files.exists(path) && files.listStatus(path).length > 0;
    if (!exists) {
      return Optional.empty();
    }
    if (!isRun()) {
      throw new UsageException(
          "Cannot write to "
              + path
              + ": it exists and is not a training run (choose another out, or delete it yourself)");
    }
    switch (mode) {
      case FRESH ->
          throw new UsageException(
              "Cannot start in "
                  + path
                  + ": it holds a run already (--resume continues it, --overwrite starts over,"
                  + " --out chooses another folder)");
      case OVERWRITE -> {
        return Optional.empty();
      }
      default -> {
        Optional<Path> newest = checkpoints.newestValid(say);
        if (newest.isPresent()) {
          Optional<String> damage = CheckpointManifest.damage(files, checkpoints.start());
          if (damage.isPresent()) {
            throw new DataException(
                "Cannot resume: the start, "
                    + checkpoints.start()
                    + ", is damaged: "
                    + damage.get()
                    + " (frozen weights are read from it; --overwrite starts over)");
          }
          refuseContradiction(checkpoints.resolvedConfig(newest.get()), resolved);
          say.accept("Continuing from " + newest.get());
        }
        return newest;
      }
    }
  }

  /** Whether the stored configuration is one that this program wrote, or did not get to write. */
  private boolean isRun() throws IOException {
    Path file = new Path(path, CONFIG);
    if (!files.exists(file)) {
      return false;
    }
    String yaml = FileSystems.readText(files, file, 1 << 24);
    ObjectNode stored = TrainConfigReader.fromYaml(yaml);
    return yaml.isBlank() || ALWAYS.stream().allMatch(stored::has);
  }

  /**
   * Deletes what the run wrote. Anything else in the folder stays.
   *
   * @param inputs what the next run reads
   * @throws UsageException if one of them lies in the folder; nothing is deleted then
   */
  void delete(Collection<Path> inputs) throws IOException {
    InputGuard.requireOutside(path, inputs, files.getConf());
    for (String name : WRITTEN) {
      Path written = new Path(path, name);
      if (files.exists(written) && !files.delete(written, true)) {
        throw new DataException("Cannot delete " + written);
      }
    }
  }

  /** Threads of a replica that the run was started with; results may depend on them. */
  Optional<Integer> storedThreads() throws IOException {
    Path file = new Path(path, CONFIG);
    if (!files.exists(file)) {
      return Optional.empty();
    }
    String yaml = FileSystems.readText(files, file, 1 << 24);
    JsonNode threads = TrainConfigReader.fromYaml(yaml).path("kernels").path("threads");
    return threads.isInt() ? Optional.of(threads.intValue()) : Optional.empty();
  }

  private void refuseContradiction(String storedYaml, ObjectNode now) {
    ObjectNode stored = TrainConfigReader.fromYaml(storedYaml);
    // Both are read from text, so that equal numbers are of the same type.
    ObjectNode current = TrainConfigReader.fromYaml(TrainConfigReader.toYaml(now));
    if (withoutFolders(stored.path("data")).equals(withoutFolders(current.path("data")))) {
      current.set("data", stored.path("data")); // fingerprints tell whether it is the same
    }
    qualifyPaths(stored.path("model"));
    qualifyPaths(current.path("model"));
    List<String> differences = new ArrayList<>();
    compare("", stored, current, differences);
    if (!differences.isEmpty()) {
      throw new UsageException(
          "Cannot resume: the configuration is not that of the run; "
              + String.join("; ", differences)
              + " (restore these values, or start another run with --out)");
    }
  }

  private static JsonNode withoutFolders(JsonNode data) {
    JsonNode copy = data.deepCopy();
    copy.forEach(source -> ((ObjectNode) source).remove("folder"));
    return copy;
  }

  /** Two texts may name one place, as ./models/a and models/a do. */
  private void qualifyPaths(JsonNode model) {
    List<String> names = new ArrayList<>(List.of("folder", "tokenizer"));
    Arrays.stream(Part.values()).map(Part::key).forEach(names::add);
    for (String name : names) {
      if (model.path(name).isTextual()) {
        Path path = FileSystems.path(model.path(name).asText());
        boolean full = path.toUri().getScheme() != null;
        ((ObjectNode) model).put(name, (full ? path : files.makeQualified(path)).toString());
      }
    }
  }

  private static void compare(
      String prefix, JsonNode stored, JsonNode current, List<String> differences) {
    if (stored.isObject() && current.isObject()) {
      Set<String> keys = new TreeSet<>();
      stored.fieldNames().forEachRemaining(keys::add);
      current.fieldNames().forEachRemaining(keys::add);
      for (String key : keys) {
        if (!prefix.isEmpty() || !FREE.contains(key)) {
          String name = prefix.isEmpty() ? key : prefix + "." + key;
          compare(name, stored.path(key), current.path(key), differences);
        }
      }
    } else if (!Objects.equals(stored, current)) {
      differences.add(prefix + " was " + stored + " and is " + current);
    }
  }

  void writeConfig(String yaml) throws IOException {
    files.mkdirs(path);
    FileSystems.writeText(files, new Path(path, CONFIG), yaml);
  }
}
