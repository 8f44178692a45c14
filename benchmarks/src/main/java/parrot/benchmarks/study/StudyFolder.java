package parrot.benchmarks.study;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import parrot.datasets.UsageException;

/**
 * What a study keeps, by the content of its settings:
 *
 * <pre>
 * steps/NAME-KEY/        what a step made
 * steps/NAME-KEY.json    its settings and seconds, written last: only with it the step is done
 * steps/NAME-KEY.log     what its command said
 * study.html, .md, .json the results
 * </pre>
 */
final class StudyFolder implements AutoCloseable {
  static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private final Path folder;
  private final FileChannel lockFile;

  private StudyFolder(Path folder, FileChannel lockFile) {
    this.folder = folder;
    this.lockFile = lockFile;
  }

  /**
   * Opens or makes it. The lock is the operating system's, so it ends with the process however that
   * ends.
   *
   * @throws UsageException if another study runs there
   */
  static StudyFolder open(Path folder) throws IOException {
    Path absolute = folder.toAbsolutePath().normalize();
    Files.createDirectories(absolute.resolve("steps"));
    FileChannel channel =
        FileChannel.open(
            absolute.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      FileLock lock = channel.tryLock();
      if (lock != null) {
        return new StudyFolder(absolute, channel);
      }
    } catch (OverlappingFileLockException e) {
      // held by this process
    }
    channel.close();
    throw new UsageException(
        "Cannot use %s: another study is running there (wait for it, or give another --out)"
            .formatted(folder));
  }

  Path path() {
    return folder;
  }

  /** What a step makes. */
  Path of(Step step) {
    return folder.resolve("steps").resolve(step.id());
  }

  /** A file about a step, beside its folder. */
  Path beside(Step step, String extension) {
    return folder.resolve("steps").resolve(step.id() + extension);
  }

  boolean isDone(Step step) {
    return Files.exists(beside(step, ".json"));
  }

  /** How long a step took that is done. */
  Optional<Double> seconds(Step step) throws IOException {
    return isDone(step)
        ? Optional.of(JSON.readTree(beside(step, ".json").toFile()).path("seconds").asDouble())
        : Optional.empty();
  }

  /** The commit that a step was made with, as it was recorded. */
  String commit(Step step) throws IOException {
    return JSON.readTree(beside(step, ".json").toFile()).path("commit").asText();
  }

  /** Marks a step as done. */
  void done(Step step, JsonNode settings, double seconds, String commit) throws IOException {
    ObjectNode record = JSON.createObjectNode();
    record.put("step", step.name());
    record.put("run", step.kind().command());
    record.set("settings", settings);
    record.put("seconds", Math.round(seconds * 10) / 10.0);
    record.put("commit", commit);
    record.put("finished", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    write(beside(step, ".json"), JSON.writeValueAsString(record) + "\n");
  }

  /** Writes a file at once: readers see the old or the new one. */
  static void write(Path file, String text) throws IOException {
    Path aside = file.resolveSibling(file.getFileName() + ".tmp");
    Files.writeString(aside, text);
    Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  @Override
  public void close() throws IOException {
    lockFile.close();
  }
}
