package parrot.jobs.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FilterFileSystem;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.datasets.EnvironmentException;
import parrot.datasets.storage.FileSystems;
import parrot.datasets.storage.FolderLock;
import parrot.jobs.balance.ExpertBalance;
import parrot.jobs.train.SmallWorld;
import parrot.model.config.ParrotConfig;
import parrot.model.weights.Initializer;
import parrot.model.weights.ModelFolder;

/** Checkpoints without tensors, in rounds 0 to 5. */
class CheckpointsTest {
  private static final Configuration HADOOP = new Configuration();
  private static final int LAST = 5;

  @TempDir static Path world;
  private static ParrotConfig config;

  @TempDir Path run;
  private Checkpoints checkpoints;
  private FolderLock lock;

  @BeforeAll
  static void readConfig() throws IOException {
    var folder = new org.apache.hadoop.fs.Path(new SmallWorld(world).path("model"));
    Initializer fresh = new Initializer(0, Initializer.Experts.NORMAL);
    try (ModelFolder model = ModelFolder.open(folder, HADOOP, List.of(""), fresh)) {
      config = model.config();
    }
  }

  @BeforeEach
  void writeAll() throws IOException {
    FileSystem files = FileSystems.of(hadoop(run), HADOOP);
    lock = FolderLock.take(files, hadoop(run));
    checkpoints = new Checkpoints(files, hadoop(run), lock);
    for (int round = 0; round <= LAST; round++) {
      write(round);
    }
  }

  @AfterEach
  void release() {
    lock.close();
  }

  private void write(int round) throws IOException {
    write(round, new Companions(Optional.empty(), hadoop(run)));
  }

  private void write(int round, Companions companions) throws IOException {
    checkpoints.writeFrom(
        new Checkpoints.Content(
            config, List.of(), List.of(), companions, progress(round), "seed: " + round + "\n"),
        Set.of(),
        (tensor, sink) -> {});
  }

  private static RunProgress progress(int round) {
    return new RunProgress(
        RunProgress.VERSION,
        round,
        2 * round,
        4L * round,
        16,
        99,
        List.of("data"),
        List.of("held-out"),
        ExpertBalance.NONE,
        List.of());
  }

  private static org.apache.hadoop.fs.Path hadoop(Path path) {
    return new org.apache.hadoop.fs.Path(path.toString());
  }

  private Path folder(int round) {
    return run.resolve("checkpoints/round-00000" + round);
  }

  private List<Integer> rounds() throws IOException {
    return checkpoints.complete().stream().map(Checkpoints::round).toList();
  }

  @Test
  void carriesTheFilesOfTheTokenizerAndOfGeneration() throws IOException {
    Path texts = Files.createDirectory(run.resolve("texts"));
    Path model = Files.createDirectory(run.resolve("model"));
    Files.writeString(texts.resolve("tokenizer.json"), "{}");
    Files.writeString(texts.resolve("tokenizer_config.json"), "of this tokenizer");
    Files.writeString(model.resolve("tokenizer_config.json"), "of another one");
    Files.writeString(model.resolve("generation_config.json"), "{\"eos_token_id\": [1, 2]}");

    write(6, new Companions(Optional.of(hadoop(texts.resolve("tokenizer.json"))), hadoop(model)));

    assertThat(folder(6).resolve("tokenizer.json")).hasContent("{}");
    assertThat(folder(6).resolve("tokenizer_config.json")).hasContent("of this tokenizer");
    assertThat(folder(6).resolve("generation_config.json"))
        .hasContent("{\"eos_token_id\": [1, 2]}");
  }

  @Test
  void keepsTheNewestAndTheStart() throws IOException {
    checkpoints.prune(2, 0, List.of());
    assertThat(rounds()).containsExactly(0, 4, 5);
    assertThat(folder(3)).doesNotExist();
  }

  @Test
  void keepsEachRoundOfAMultipleToo() throws IOException {
    checkpoints.prune(1, 2, List.of());
    assertThat(rounds()).containsExactly(0, 2, 4, 5);
  }

  @Test
  void keepsTheBestToo() throws IOException {
    checkpoints.prune(1, 0, List.of(3));
    assertThat(rounds()).containsExactly(0, 3, 5);
  }

  @Test
  void keepsAllIfThereAreNoMore() throws IOException {
    checkpoints.prune(9, 0, List.of());
    assertThat(rounds()).containsExactly(0, 1, 2, 3, 4, 5);
  }

  @Test
  void passesOverDamagedOnesAndSaysSo() throws IOException {
    Files.delete(folder(5).resolve("_SUCCESS"));
    Files.delete(folder(4).resolve("training/config.yaml"));
    List<String> said = new ArrayList<>();
    assertThat(checkpoints.newestValid(said::add)).map(Checkpoints::round).contains(3);
    assertThat(said).hasSize(2);
    assertThat(said.get(0))
        .contains("round-000005 is damaged: it has no _SUCCESS file; trying the one before");
    assertThat(said.get(1))
        .contains("round-000004 is damaged: training/config.yaml is missing; trying");
  }

  @Test
  void findsNoneIfAllAreDamaged() throws IOException {
    for (int round = 0; round <= LAST; round++) {
      Files.delete(folder(round).resolve("manifest.json"));
    }
    assertThat(checkpoints.newestValid(line -> {})).isEmpty();
  }

  @Test
  void findsNoneInARunThatHasNone() throws IOException {
    var empty = new Checkpoints(FileSystems.of(hadoop(run), HADOOP), hadoop(run.resolve("empty")));
    assertThat(empty.complete()).isEmpty();
    assertThat(empty.newestValid(line -> {})).isEmpty();
  }

  @Test
  void replacesOneOfTheSameRound() throws IOException {
    Files.delete(folder(2).resolve("_SUCCESS"));
    Files.writeString(folder(2).resolve("left"), "by a dead run");
    write(2);
    write(3);
    assertThat(folder(2).resolve("left")).doesNotExist();
    assertThat(rounds()).containsExactly(0, 1, 2, 3, 4, 5);
    assertThat(checkpoints.newestValid(line -> {})).map(Checkpoints::round).contains(LAST);
  }

  @Test
  void deletesWhatComesAfterARound() throws IOException {
    Files.delete(folder(5).resolve("_SUCCESS"));
    checkpoints.deleteAfter(3);
    assertThat(rounds()).containsExactly(0, 1, 2, 3);
    assertThat(folder(5)).doesNotExist();
  }

  @Test
  void deletesTheAveragesOfWhatComesAfterARound() throws IOException {
    for (int round : new int[] {3, 5}) {
      Files.createDirectory(run.resolve("checkpoints/average-00000" + round));
    }
    checkpoints.deleteAfter(3);
    assertThat(run.resolve("checkpoints/average-000005")).doesNotExist();
    assertThat(run.resolve("checkpoints/average-000003")).exists();
  }

  /** Else an older checkpoint would be taken, and this one deleted. */
  @Test
  void storageThatFailsDoesNotMakeACheckpointDamaged() throws IOException {
    FileSystem failing =
        new FilterFileSystem(FileSystems.of(hadoop(run), HADOOP)) {
          @Override
          public FSDataInputStream open(org.apache.hadoop.fs.Path file, int bufferSize)
              throws IOException {
            throw new IOException("Input/output error");
          }
        };
    assertThatThrownBy(() -> new Checkpoints(failing, hadoop(run), lock).newestValid(line -> {}))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining("storage fails (Input/output error)");
  }

  @Test
  void givesBackProgressAndConfiguration() throws IOException {
    var newest = checkpoints.newestValid(line -> {}).orElseThrow();
    assertThat(checkpoints.state(newest)).isEqualTo(progress(LAST));
    assertThat(checkpoints.resolvedConfig(newest)).isEqualTo("seed: 5\n");
    assertThatThrownBy(() -> Checkpoints.round(hadoop(run)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aRunStandsForItsNewestPublishedCheckpoint() throws IOException {
    Files.delete(folder(5).resolve("_SUCCESS"));
    assertThat(Checkpoints.round(Checkpoints.resolveModel(hadoop(run), HADOOP))).isEqualTo(4);
    assertThat(Checkpoints.round(Checkpoints.resolveModel(hadoop(folder(1)), HADOOP))).isOne();
  }
}
