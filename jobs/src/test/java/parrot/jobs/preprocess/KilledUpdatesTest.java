package parrot.jobs.preprocess;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.awt.Color;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.commons.io.FileUtils;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.datasets.shard.ShardFile;
import parrot.datasets.shard.ShardedDataset;
import parrot.datasets.storage.Digests;
import parrot.datasets.storage.FileSystems;
import parrot.jobs.spark.SparkSessions;

/**
 * Updates that are killed before any of their changes to the disk. A few of these by seed; with
 * {@code -Dparrot.kills=N} more, up to all of them.
 */
@Tag("slow")
class KilledUpdatesTest {
  private static final int KILLS = Integer.getInteger("parrot.kills", 4);
  private static SparkSession session;

  @TempDir Path scratch;

  @BeforeAll
  static void start() {
    session = SparkSessions.create("killed updates", "local[2]", DyingDisk.settings());
  }

  @AfterAll
  static void stop() {
    session.stop();
  }

  @AfterEach
  void live() {
    DyingDisk.revive();
  }

  @Test
  void areWholeAndEndAsIfUndisturbed() throws IOException {
    RawData data = new RawData(scratch).good(40);
    Files.createDirectories(scratch.resolve("in"));
    data.write("in/a.jsonl", String.join("\n", data.rows.subList(0, 20)) + "\n{broken}\n");
    data.write("in/b.jsonl", String.join("\n", data.rows.subList(20, 30)) + "\n");
    update("first");
    FileUtils.copyDirectory(scratch.resolve("first").toFile(), scratch.resolve("old").toFile());
    data.write("in/b.jsonl", String.join("\n", data.rows.subList(22, 32)) + "\n");
    data.write("in/c.jsonl", String.join("\n", data.rows.subList(32, 40)) + "\n{broken}\n");
    data.image("3.png", RawData.png(new Color(1, 2, 3)));
    int second = update("first");
    Map<String, String> before = contents("old");
    Map<String, String> after = contents("first");

    for (int change : some(second)) {
      Path out = scratch.resolve("killed" + change);
      FileUtils.copyDirectory(scratch.resolve("old").toFile(), out.toFile());
      kill(out, change);
      assertThat(contents(out.getFileName().toString())).as("at %s", change).isIn(before, after);
      update(out.getFileName().toString());
      assertThat(files(out)).as("at %s", change).isEqualTo(files(scratch.resolve("first")));
      FileUtils.deleteDirectory(out.toFile());
    }
  }

  private static List<Integer> some(int changes) {
    Random random = new Random(1);
    TreeSet<Integer> some = new TreeSet<>();
    while (some.size() < Math.min(KILLS, changes)) {
      some.add(1 + random.nextInt(changes));
    }
    return List.copyOf(some);
  }

  private void kill(Path out, int change) throws IOException {
    DyingDisk.dieAt(change);
    Throwable thrown = catchThrowable(() -> run(out.getFileName().toString()));
    if (thrown != null) { // a run that is killed as it releases its lock has done all
      assertThat(thrown).hasStackTraceContaining("killed");
    }
    assertThat(DyingDisk.isDead()).isTrue();
    DyingDisk.revive();
    Files.deleteIfExists(
        out.resolveSibling("." + out.getFileName() + ".lock")); // its lease is over
  }

  /** Changes to the disk that it takes. */
  private int update(String out) throws IOException {
    DyingDisk.revive();
    run(out);
    return DyingDisk.revive();
  }

  private void run(String out) throws IOException {
    OptionsBuilder options =
        new OptionsBuilder(scratch).input(scratch + "/in").out(out).stages(20).maxRejected(0.5);
    new PreprocessJob(SparkSessions.context(session), options.build(), line -> {}).run();
  }

  /** What a reader finds: shards with their checksums, all of them whole. */
  private Map<String, String> contents(String name) throws IOException {
    org.apache.hadoop.fs.Path folder = new org.apache.hadoop.fs.Path(scratch.toUri() + "/" + name);
    ShardedDataset dataset =
        ShardedDataset.open(FileSystems.of(folder, new Configuration()), folder);
    dataset.verify();
    Map<String, String> shards = new TreeMap<>();
    for (ShardFile file : dataset.manifest().files()) {
      shards.put(file.name(), file.sha256());
    }
    return shards;
  }

  /** Checksums of all files, but for those that tell times. */
  private static Map<String, String> files(Path folder) throws IOException {
    Map<String, String> sums = new TreeMap<>();
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path file : new ArrayList<>(all.filter(Files::isRegularFile).toList())) {
        String name = folder.relativize(file).toString();
        boolean timed = name.endsWith("report.json");
        sums.put(name, timed ? "" : Digests.sha256(Files.readAllBytes(file)));
      }
    }
    return sums;
  }
}
