package parrot.jobs.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
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
import parrot.jobs.evaluate.TrainingScores;
import parrot.jobs.metrics.MetricsFile;

/** The folder of a run: {@code config.yaml}, {@code metrics.jsonl}, {@code checkpoints}. */
final class RunFolder implements AutoCloseable {
  static final String CONFIG = "config.yaml";

  /** What runs write into their folders; a report lies beside it. */
  private static final List<String> WRITTEN =
      List.of(
          CheckpointLayout.CHECKPOINTS,
          MetricsFile.NAME,
          TrainingScores.FOLDER,
          MetricsFile.TENSORBOARD,
          "report.html",
          CONFIG);

  /** Keys that every stored configuration has. */
  private static final List<String> ALWAYS =
      List.of("out", "train", "model", "data", "replicas", "optimizer", "kernels", "checkpoints");

  final FileSystem files;
  final Path path;
  final FolderLock lock; // null if the run is only checked
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

  /**
   * The same without taking the lock, for a run that is only checked. Changes nothing.
   *
   * @throws EnvironmentException if the folder is in use by another run
   */
  static RunFolder look(FileSystem files, Path out) throws IOException {
    Path path = files.makeQualified(out);
    FolderLock.requireFree(files, path);
    return new RunFolder(files, path, null);
  }

  @Override
  public void close() {
    lock.close();
  }

  /**
   * Decides which checkpoint to go on from. Changes nothing.
   *
   * @return empty to begin from the start
   * @throws UsageException if the folder holds something else, or a run whose settings cannot
   *     become these
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
          for (Path start : checkpoints.frozen()) {
            requireUndamaged(start);
          }
          changes(newest.get(), TrainConfigReader.toYaml(resolved)).requireAllowed();
          say.accept("Continuing from " + newest.get());
        }
        return newest;
      }
    }
  }

  private void requireUndamaged(Path start) throws IOException {
    Optional<String> damage = CheckpointManifest.damage(files, start);
    if (damage.isPresent()) {
      throw new DataException(
          "Cannot resume: the start, "
              + start
              + ", is damaged: "
              + damage.get()
              + " (frozen weights are read from it; --overwrite starts over)");
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
   * Makes sure that nothing is lost if the run's files are deleted.
   *
   * @param inputs what the next run reads
   * @throws UsageException if one of them lies in the folder
   */
  void requireOutside(Collection<Path> inputs) throws IOException {
    InputGuard.requireOutside(path, inputs, files.getConf());
  }

  /** Deletes what the run wrote. Anything else in the folder stays. */
  void delete() throws IOException {
    for (String name : WRITTEN) {
      Path written = new Path(path, name);
      if (files.exists(written) && !files.delete(written, true)) {
        throw new DataException("Cannot delete " + written);
      }
    }
  }

  /**
   * Threads of a replica that the run was started with; results may depend on them.
   *
   * @return empty if it had another number of replicas, and so another share of the cores for each
   */
  Optional<Integer> storedThreads(int replicas) throws IOException {
    Path file = new Path(path, CONFIG);
    if (!files.exists(file)) {
      return Optional.empty();
    }
    String yaml = FileSystems.readText(files, file, 1 << 24);
    ObjectNode stored = TrainConfigReader.fromYaml(yaml);
    JsonNode threads = stored.path("kernels").path("threads");
    return threads.isInt() && stored.path("replicas").asInt() == replicas
        ? Optional.of(threads.intValue())
        : Optional.empty();
  }

  /** How a configuration differs from the one that a checkpoint was written under. */
  RunChanges changes(Path checkpoint, String yaml) throws IOException {
    return new RunChanges(files, checkpoints.resolvedConfig(checkpoint), yaml);
  }

  void writeConfig(String yaml) throws IOException {
    files.mkdirs(path);
    FileSystems.writeText(files, new Path(path, CONFIG), yaml);
  }
}
