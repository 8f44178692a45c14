package parrot.jobs.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.datasets.storage.FileSystems;
import parrot.jobs.balance.ExpertBalance;

class CheckpointManifestTest {
  private static final RunProgress PROGRESS =
      RunProgress.start(List.of("fingerprint"), List.of(), ExpertBalance.NONE);

  @TempDir Path scratch;
  private Path folder;
  private FileSystem files;

  @BeforeEach
  void describeTwoFiles() throws IOException {
    folder = scratch.resolve("checkpoint");
    Files.createDirectories(folder.resolve("training"));
    Files.writeString(folder.resolve("config.json"), "{}");
    Files.writeString(folder.resolve("training/values"), "values");
    files = FileSystems.of(hadoop(), new Configuration());
    CheckpointManifest.write(files, hadoop(), PROGRESS, List.of());
    Files.createFile(folder.resolve("_SUCCESS"));
  }

  private org.apache.hadoop.fs.Path hadoop() {
    return new org.apache.hadoop.fs.Path(folder.toUri());
  }

  private void assertDamage(String expected) throws IOException {
    assertThat(CheckpointManifest.damage(files, hadoop())).contains(expected);
  }

  @Test
  void readsWhatWasWritten() throws IOException {
    CheckpointManifest manifest = CheckpointManifest.read(files, hadoop());
    assertThat(manifest.state()).isEqualTo(PROGRESS);
    assertThat(manifest.files())
        .extracting(CheckpointManifest.Entry::name)
        .containsExactly("config.json", "training/values");
    assertThat(manifest.files())
        .extracting(CheckpointManifest.Entry::bytes)
        .containsExactly(2L, 6L);
    assertThat(CheckpointManifest.damage(files, hadoop())).isEmpty();
  }

  @Test
  void doesNotReadFilesThatItKnows() throws IOException {
    CheckpointManifest.Entry known = new CheckpointManifest.Entry("training/values", 6, "told");
    CheckpointManifest.write(files, hadoop(), PROGRESS, List.of(known));
    assertThat(CheckpointManifest.read(files, hadoop()).files()).contains(known);
  }

  @Test
  void findsAMissingFile() throws IOException {
    Files.delete(folder.resolve("training/values"));
    assertDamage("training/values is missing");
  }

  @Test
  void findsAnotherSize() throws IOException {
    Files.writeString(folder.resolve("training/values"), "value");
    assertDamage("training/values has 5 bytes (expected 6)");
  }

  @Test
  void findsOtherBytesOfTheSameSize() throws IOException {
    Files.writeString(folder.resolve("training/values"), "valves");
    assertDamage("training/values has another checksum than its manifest says");
  }

  @Test
  void findsAnUnpublishedCheckpoint() throws IOException {
    Files.delete(folder.resolve("_SUCCESS"));
    assertDamage("it has no _SUCCESS file");
  }

  @Test
  void findsADamagedManifest() throws IOException {
    Path manifest = folder.resolve("manifest.json");
    String json = Files.readString(manifest);
    deleteHadoopChecksums();
    Files.writeString(manifest, json.substring(0, json.length() / 2));
    assertDamage("manifest.json is not valid JSON");
    Files.writeString(manifest, json.replaceFirst("\"version\" : 1", "\"version\" : 9"));
    assertDamage("manifest.json: unknown version (got 9, expected 1)");
  }

  /** Hadoop keeps checksums of its own beside local files, and would find the damage first. */
  private void deleteHadoopChecksums() throws IOException {
    try (var all = Files.walk(folder)) {
      for (Path file : all.filter(path -> path.toString().endsWith(".crc")).toList()) {
        Files.delete(file);
      }
    }
  }
}
