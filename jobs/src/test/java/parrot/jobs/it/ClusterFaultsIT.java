package parrot.jobs.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FileUtil;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.apache.hadoop.hdfs.protocol.HdfsConstants;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import parrot.datasets.storage.FileSystems;
import parrot.jobs.cli.ExitCode;
import parrot.jobs.config.TrainConfig;
import parrot.jobs.config.TrainConfigReader;
import parrot.jobs.metrics.MetricsFile;
import parrot.jobs.train.SmallWorld;

/**
 * What goes wrong on clusters, on processes that are really killed: a run ends with the bytes of
 * one that nothing happened to, or with a message and an exit code, and what it had published is
 * there.
 */
@Tag("slow")
class ClusterFaultsIT {
  private static final int ROUNDS = 18;
  private static final String FINAL = "round-%06d".formatted(ROUNDS);

  /** Of runs whose replicas go on while their average is made. */
  private static final String[] OVERLAP = {
    "average_every=2", "overlap.steps=1", "max_examples=" + ROUNDS * 16
  };

  @TempDir static java.nio.file.Path scratch;
  private static OwnCluster cluster;
  private static SmallWorld world;
  private static FileSystem files;
  private static String undisturbed;

  @BeforeAll
  static void start() throws Exception {
    cluster = new OwnCluster(scratch.resolve("cluster"), scratch);
    cluster.must("cluster", "up", "--gpus-per-worker", "1");
    world = new SmallWorld(scratch.resolve("world"));
    files = FileSystems.of(cluster.hdfs() + "/", new Configuration());
    files.copyFromLocalFile(new Path(world.folder.toUri()), new Path("/world"));
    OwnCluster.Ran ran = cluster.run(arguments("plain"));
    assertThat(ran.code()).as(ran.output()).isZero();
    assertThat(ran.output()).contains("2 needed for 2 tasks at once, 2 available");
    undisturbed = digests("plain");
  }

  @AfterAll
  static void stop() throws Exception {
    cluster.close();
  }

  /** A run of which a checkpoint is written after every third round. */
  private static String[] arguments(String out, String... settings) throws IOException {
    TrainConfig config =
        world.configAt(
            cluster.hdfs() + "/world/",
            out,
            "held_out.data=[]",
            "average_every=1",
            "exchange=bf16",
            "max_examples=" + ROUNDS * 8,
            "checkpoints.every=3",
            "checkpoints.keep=100");
    java.nio.file.Path file = scratch.resolve(out + ".yaml");
    Files.writeString(file, TrainConfigReader.toYaml(config.resolved()));
    List<String> all = new ArrayList<>(List.of("--on", "cluster", "train", file.toString()));
    for (String setting : settings) {
      all.addAll(setting.startsWith("--") ? List.of(setting) : List.of("--set", setting));
    }
    return all.toArray(String[]::new);
  }

  private static Process begin(String out, String... settings) throws IOException {
    return cluster.start(log(out), arguments(out, settings));
  }

  private static java.nio.file.Path log(String out) {
    return scratch.resolve(out + ".log");
  }

  private static String said(String out) throws IOException {
    return Files.readString(log(out));
  }

  private static Path run(String out) {
    return new Path("/world", out);
  }

  private static Path checkpoint(String out, String round) {
    return new Path(run(out), "checkpoints/" + round);
  }

  /** Waits until a run has published a checkpoint. */
  private static void await(String out, Process process, int round) throws Exception {
    Path success = new Path(checkpoint(out, "round-%06d".formatted(round)), "_SUCCESS");
    while (!files.exists(success)) {
      assertThat(process.isAlive()).as(said(out)).isTrue();
      Thread.sleep(20);
    }
  }

  private static void assertUndisturbed(String out, Process process) throws Exception {
    int code = OwnCluster.finish(process);
    assertThat(code).as(said(out)).isZero();
    assertThat(digests(out)).isEqualTo(undisturbed);
  }

  /** Checksums of everything in the last checkpoint that training computes. */
  private static String digests(String out) throws IOException {
    String all = digests(checkpoint(out, FINAL));
    assertThat(all).contains("\n");
    return all;
  }

  private static String digests(Path folder) throws IOException {
    List<String> lines = new ArrayList<>();
    for (Path each : List.of(folder, new Path(folder, "training"))) {
      for (FileStatus file : files.listStatus(each)) {
        if (file.getPath().getName().endsWith(".safetensors")) {
          byte[] bytes = FileSystems.readFully(files, file.getPath(), 1 << 24);
          lines.add(file.getPath().getName() + " " + Arrays.hashCode(bytes) + " " + bytes.length);
        }
      }
    }
    return String.join("\n", lines.stream().sorted().toList());
  }

  private static ProcessHandle anExecutor() throws IOException {
    return cluster.executors().get(0);
  }

  @Test
  void anExecutorIsKilledInTheMiddleOfARound() throws Exception {
    Process process = begin("executor");
    await("executor", process, 6);
    OwnCluster.signal("KILL", anExecutor());
    assertUndisturbed("executor", process);
  }

  /** Its replicas go on while averages are made, and so does a run on a slow executor. */
  @Test
  void aWorkerIsKilledWithItsExecutor() throws Exception {
    Process process = begin("worker", OVERLAP);
    await("worker", process, 6);
    cluster.must("cluster", "stop", "--kill", "worker-1");
    int code = OwnCluster.finish(process);
    cluster.must("cluster", "start", "worker-1");
    assertThat(code).as(said("worker")).isZero();
    assertThat(digests("worker")).isEqualTo(overlapped());
  }

  /** What such a run ends with if nothing is lost. */
  private static String overlapped() throws Exception {
    if (!files.exists(checkpoint("slow", FINAL))) {
      anExecutorIsSlow();
    }
    return digests("slow");
  }

  /** On request: 200 take about an hour. Other moments: {@code -Dparrot.kills.seed=2}. */
  @Test
  @EnabledIfSystemProperty(named = "parrot.kills", matches = "\\d+")
  void anythingIsKilledAtRandomMoments() throws Exception {
    RandomKills kills =
        new RandomKills(
            cluster, Integer.getInteger("parrot.kills"), Long.getLong("parrot.kills.seed", 1));
    for (int number = 1; !kills.isOver(); number++) {
      String out = "killed-" + number;
      kills.during(
          new RandomKills.Run() {
            @Override
            public Process start() throws IOException {
              return begin(out, "--resume");
            }

            @Override
            public String said() throws IOException {
              return ClusterFaultsIT.said(out);
            }

            @Override
            public Map<String, String> published() throws IOException {
              return ClusterFaultsIT.published(out);
            }
          });
      assertThat(digests(out)).as("%s in run %d", kills, number).isEqualTo(undisturbed);
    }
  }

  private static Map<String, String> published(String out) throws IOException {
    Map<String, String> found = new TreeMap<>();
    Path checkpoints = new Path(run(out), "checkpoints");
    if (files.exists(checkpoints)) {
      for (FileStatus status : files.listStatus(checkpoints)) {
        Path folder = status.getPath();
        if (!folder.getName().startsWith(".") && files.exists(new Path(folder, "_SUCCESS"))) {
          found.put(folder.getName(), digests(folder));
        }
      }
    }
    return found;
  }

  @Test
  void theDriverIsKilledAndItsLastCheckpointCutShortBeforeItGoesOn() throws Exception {
    Process process = begin("driver");
    await("driver", process, 9);
    process.destroyForcibly();
    OwnCluster.finish(process);
    Path newest = newest("driver");
    Path weights = new Path(newest, "model.safetensors");
    byte[] bytes = FileSystems.readFully(files, weights, 1 << 24);
    write(weights, Arrays.copyOf(bytes, bytes.length / 2));

    Process resumed = begin("driver", "--resume");
    assertUndisturbed("driver", resumed);
    assertThat(said("driver")).contains(newest.getName()).contains("Continuing from ");
  }

  private static void write(Path file, byte[] bytes) throws IOException {
    try (FSDataOutputStream out = files.create(file, true)) {
      out.write(bytes);
    }
  }

  private static Path newest(String out) throws IOException {
    return Arrays.stream(files.listStatus(new Path(run(out), "checkpoints")))
        .map(FileStatus::getPath)
        .filter(path -> path.getName().startsWith("round-"))
        .max(Comparator.comparing(Path::getName))
        .orElseThrow();
  }

  @Test
  void aTaskIsLostAfterItHasFinishedItsWork() throws Exception {
    Process process = begin("finished");
    await("finished", process, 6);
    List<ProcessHandle> executors = cluster.executors();
    OwnCluster.signal("STOP", executors.get(0)); // the other one finishes its replica and waits
    Thread.sleep(2000);
    OwnCluster.signal("KILL", executors.get(1));
    OwnCluster.signal("CONT", executors.get(0));
    assertUndisturbed("finished", process);
  }

  @Test
  void anExecutorIsTenTimesSlower() throws Exception {
    assertThat(overlapped()).isNotEqualTo(undisturbed);
  }

  private static void anExecutorIsSlow() throws Exception {
    Process process = begin("slow", OVERLAP);
    await("slow", process, 3);
    ProcessHandle slow = anExecutor();
    for (int i = 0; i < 60 && process.isAlive(); i++) {
      OwnCluster.signal("STOP", slow);
      Thread.sleep(90);
      OwnCluster.signal("CONT", slow);
      Thread.sleep(10);
    }
    int code = OwnCluster.finish(process);
    assertThat(code).as(said("slow")).isZero();
  }

  @Test
  void aDataNodeStopsAndTheNameNodeIsStartedAgain() throws Exception {
    Process process = begin("storage");
    await("storage", process, 3);
    cluster.must("cluster", "stop", "--kill", "data-node-1");
    await("storage", process, 9);
    cluster.must("cluster", "stop", "--kill", "name-node");
    cluster.must("cluster", "start", "name-node");
    assertUndisturbed("storage", process);
    cluster.must("cluster", "start", "data-node-1");
  }

  @Test
  void aBitOfAShardIsFlipped() throws Exception {
    Path shard = new Path("/world/flipped/part-0.parquet");
    FileUtil.copy(
        files,
        new Path("/world/train"),
        files,
        new Path("/world/flipped"),
        false,
        new Configuration());
    byte[] bytes = FileSystems.readFully(files, shard, 1 << 24);
    bytes[bytes.length / 3] ^= 4;
    write(shard, bytes);
    OwnCluster.Ran ran =
        cluster.run(arguments("bit", "data=[" + cluster.hdfs() + "/world/flipped]"));
    assertThat(ran.code()).as(ran.output()).isEqualTo(ExitCode.DATA.code());
    assertThat(ran.output()).contains("part-0.parquet").doesNotContain("\tat ");
  }

  @Test
  void aReplicaReturnsNumbersThatAreNone() throws Exception {
    OwnCluster.Ran ran =
        cluster.run(arguments("nan", "optimizer.learning_rate=1.0e30", "optimizer.warmup_steps=0"));
    assertThat(ran.code()).as(ran.output()).isEqualTo(ExitCode.DIVERGED.code());
    assertThat(ran.output()).contains("replica 0").doesNotContain("\tat ");
    assertThat(newest("nan").getName()).isEqualTo("round-000000");
  }

  @Test
  void twoRunsWriteIntoOneFolder() throws Exception {
    Process first = begin("two");
    await("two", first, 0);
    OwnCluster.Ran second = cluster.run(arguments("two", "--resume"));
    assertThat(second.code()).as(second.output()).isNotZero();
    assertThat(second.output()).contains("two").doesNotContain("\tat ");
    assertUndisturbed("two", first);
  }

  @Test
  void hdfsIsFull() throws Exception {
    DistributedFileSystem hdfs = (DistributedFileSystem) files;
    Process process = begin("full");
    await("full", process, 3);
    hdfs.setQuota(run("full"), HdfsConstants.QUOTA_DONT_SET, 1);
    int code = OwnCluster.finish(process);
    hdfs.setQuota(run("full"), HdfsConstants.QUOTA_DONT_SET, HdfsConstants.QUOTA_RESET);
    assertThat(code).as(said("full")).isEqualTo(ExitCode.ENVIRONMENT.code());
    assertThat(said("full")).contains("full").doesNotContain("\tat ");
    Path kept = new Path(checkpoint("full", "round-000003"), "model.safetensors");
    assertThat(files.exists(kept)).isTrue();

    assertUndisturbed("full", begin("full", "--resume"));
  }

  @Test
  void metricsOfEveryRoundAreThere() throws IOException {
    byte[] bytes;
    try (FSDataInputStream in = files.open(new Path(run("plain"), MetricsFile.NAME))) {
      bytes = in.readAllBytes();
    }
    assertThat(new String(bytes, StandardCharsets.UTF_8).lines()).hasSize(ROUNDS);
  }
}
