package parrot.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.commons.io.FileUtils;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import parrot.datasets.storage.Digests;
import parrot.datasets.storage.FileSystems;
import parrot.jobs.spark.SparkSessions;

/** Runs in which replicas keep something of their own from round to round. */
@Tag("slow")
class OwnBetweenRoundsTest {
  private static final String CLOCKS = "updater_state={first: 2, second: 3}";

  @TempDir static Path folder;
  private static SmallWorld world;
  private static SparkSession session;

  @BeforeAll
  static void start() throws IOException {
    world = new SmallWorld(folder);
    session = SparkSessions.create("own test", "local[2]", Map.of());
  }

  @AfterAll
  static void stop() {
    session.close();
  }

  private static void train(String out, TrainJob.Mode mode, List<String> settings) {
    TrainJob.run(world.config(out, settings.toArray(String[]::new)), session, mode, line -> {});
  }

  private static Path checkpoint(String run, int round) {
    return folder.resolve(run + "/checkpoints/round-00000" + round);
  }

  /** Of weights and everything else that the run goes on from. */
  private static Map<String, String> checksums(String run, int round) throws IOException {
    Map<String, String> sums = new TreeMap<>();
    Path root = checkpoint(run, round);
    try (Stream<Path> all = Files.walk(root)) {
      for (Path file : all.filter(each -> each.toString().endsWith(".safetensors")).toList()) {
        org.apache.hadoop.fs.Path path = new org.apache.hadoop.fs.Path(file.toUri());
        sums.put(
            root.relativize(file).toString(),
            Digests.sha256(FileSystems.of(path, new Configuration()), path));
      }
    }
    return sums;
  }

  private static long bytesIn(String run) throws IOException {
    long bytes = 0;
    for (String line : Files.readAllLines(folder.resolve(run + "/metrics.jsonl"))) {
      JsonNode json = new ObjectMapper().readTree(line);
      bytes += json.path("phases").path("bytes_in").asLong();
    }
    return bytes;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        CLOCKS,
        "overlap.steps=1; outer.learning_rate=0.7; outer.momentum=0.9; outer.bias_correction=true",
        "overlap.steps=1; exchange=int8; " + CLOCKS
      })
  void aRunGoesOnFromEveryRoundToTheSameBytes(String settings) throws IOException {
    List<String> all =
        Stream.concat(
                Stream.of(settings.split("; ")),
                Stream.of(
                    "checkpoints.every=1", "checkpoints.keep=9", "optimizer.rates={experts: 1e-3}"))
            .toList();
    String run = "run-" + settings.replaceAll("[^a-z0-9]", "");
    train(run, TrainJob.Mode.FRESH, all);
    Map<String, String> whole = checksums(run, 4);
    for (int from = 1; from < 4; from += 2) {
      for (int lost = from + 1; lost <= 4; lost++) {
        FileUtils.deleteDirectory(checkpoint(run, lost).toFile());
      }
      train(run, TrainJob.Mode.RESUME, all);
      assertThat(checksums(run, 4)).as("from round %d", from).isEqualTo(whole);
    }
  }

  @Test
  void momentsOnTheirOwnClocksAreWrittenAsTheyLie() throws IOException {
    train(
        "clocks",
        TrainJob.Mode.FRESH,
        List.of(CLOCKS, "checkpoints.every=1", "checkpoints.keep=9"));
    String averaged = "training/updater.safetensors";
    String own = "training/updater-replica-0001.safetensors";
    assertThat(checksums("clocks", 1)).containsKey(own).doesNotContainKey(averaged);
    assertThat(checksums("clocks", 2)).containsKeys(own, averaged);
    assertThat(checksums("clocks", 3)).containsKeys(own, averaged);
  }

  /** What it exchanges is nothing. */
  @Test
  void overlapDoesNotMatterToASingleReplica() throws IOException {
    List<String> single = List.of("replicas=1", "max_examples=24");
    train("waiting", TrainJob.Mode.FRESH, single);
    train(
        "going-on",
        TrainJob.Mode.FRESH,
        Stream.concat(single.stream(), Stream.of("overlap.steps=1")).toList());
    assertThat(checksums("going-on", 3).get("model.safetensors"))
        .isEqualTo(checksums("waiting", 3).get("model.safetensors"));
  }

  /** The mean of one is its own. */
  @Test
  void clocksDoNotMatterToASingleReplica() throws IOException {
    List<String> usual = List.of("replicas=1", "max_examples=24");
    train("usual", TrainJob.Mode.FRESH, usual);
    train("single", TrainJob.Mode.FRESH, Stream.concat(usual.stream(), Stream.of(CLOCKS)).toList());
    String model = "model.safetensors";
    assertThat(checksums("single", 3).get(model)).isEqualTo(checksums("usual", 3).get(model));
  }

  @Test
  void aThirdOfFirstAndASixthOfSecondMomentsIsHalfOfTheBytes() throws IOException {
    List<String> six = List.of("max_examples=96", "held_out.every=6");
    train("every", TrainJob.Mode.FRESH, six);
    train(
        "seldom",
        TrainJob.Mode.FRESH,
        Stream.concat(six.stream(), Stream.of("updater_state={first: 3, second: 6}")).toList());
    assertThat(bytesIn("seldom")).isPositive().isEqualTo(bytesIn("every") / 2);
  }
}
