package parrot.jobs.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.datasets.DataException;
import parrot.datasets.EnvironmentException;
import parrot.datasets.storage.AtomicFolder;
import parrot.datasets.storage.Digests;
import parrot.datasets.storage.FileSystems;

/**
 * Sizes and checksums of all other files of a checkpoint.
 *
 * @param version of this format
 * @param state where the run stood
 * @param files relative to the folder
 */
public record CheckpointManifest(int version, RunProgress state, List<Entry> files) {
  private static final int VERSION = 1;
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  public record Entry(String name, long bytes, String sha256) implements Serializable {}

  public CheckpointManifest {
    files = List.copyOf(files);
  }

  /**
   * Describes and writes what lies in a folder.
   *
   * @param known entries of files that need not be read
   */
  static void write(FileSystem files, Path folder, RunProgress state, List<Entry> known)
      throws IOException {
    Map<String, Entry> entries = new TreeMap<>();
    known.forEach(entry -> entries.put(entry.name(), entry));
    collect(files, folder, "", entries);
    CheckpointManifest manifest =
        new CheckpointManifest(VERSION, state, List.copyOf(entries.values()));
    FileSystems.writeText(
        files, new Path(folder, CheckpointLayout.MANIFEST), JSON.writeValueAsString(manifest));
  }

  private static void collect(
      FileSystem files, Path folder, String prefix, Map<String, Entry> entries) throws IOException {
    for (FileStatus file : files.listStatus(folder)) {
      String name = prefix + file.getPath().getName();
      if (file.isDirectory()) {
        collect(files, file.getPath(), name + "/", entries);
      } else if (!entries.containsKey(name)) {
        entries.put(name, new Entry(name, file.getLen(), Digests.sha256(files, file.getPath())));
      }
    }
  }

  static CheckpointManifest read(FileSystem files, Path folder) throws IOException {
    byte[] json =
        FileSystems.readFully(files, new Path(folder, CheckpointLayout.MANIFEST), 1 << 24);
    CheckpointManifest manifest = JSON.readValue(json, CheckpointManifest.class);
    if (manifest.version() != VERSION) {
      throw new DataException(
          CheckpointLayout.MANIFEST
              + ": unknown version (got "
              + manifest.version()
              + ", expected "
              + VERSION
              + ")");
    }
    return manifest;
  }

  /** What is wrong with a checkpoint, in words; empty if every byte is as it was written. */
  public static Optional<String> damage(FileSystem files, Path folder) throws IOException {
    if (!AtomicFolder.isComplete(files, folder)) {
      return Optional.of("it has no " + AtomicFolder.SUCCESS + " file");
    }
    try {
      return read(files, folder).difference(files, folder);
    } catch (JsonProcessingException e) {
      return Optional.of(CheckpointLayout.MANIFEST + " is not valid JSON");
    } catch (EnvironmentException e) {
      throw e; // says nothing about the checkpoint
    } catch (DataException e) {
      return Optional.of(e.getMessage());
    } catch (RuntimeException e) {
      return Optional.of(CheckpointLayout.MANIFEST + ": " + e.getMessage());
    }
  }

  private Optional<String> difference(FileSystem fileSystem, Path folder) throws IOException {
    for (Entry entry : files) {
      Path file = new Path(folder, entry.name());
      if (!fileSystem.exists(file)) {
        return Optional.of(entry.name() + " is missing");
      }
      long bytes = fileSystem.getFileStatus(file).getLen();
      if (bytes != entry.bytes()) {
        return Optional.of(
            entry.name() + " has " + bytes + " bytes (expected " + entry.bytes() + ")");
      }
      if (!Digests.sha256(fileSystem, file).equals(entry.sha256())) {
        return Optional.of(entry.name() + " has another checksum than its manifest says");
      }
    }
    return Optional.empty();
  }
}
