package parrot.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.datasets.storage.FileSystems;
import parrot.datasets.storage.StorageUnavailableException;
import parrot.jobs.config.TrainConfig;
import parrot.jobs.spark.SparkSessions;
import parrot.model.weights.ModelFolder;

/** Training with shards, model and run in HDFS. */
@Tag("slow")
class TrainHdfsTest {
  @TempDir static java.nio.file.Path scratch;
  private static MiniDFSCluster hdfs;
  private static SparkSession session;
  private static SmallWorld world;
  private static FileSystem files;

  @BeforeAll
  static void start() throws IOException {
    Configuration configuration = new Configuration();
    configuration.set(MiniDFSCluster.HDFS_MINIDFS_BASEDIR, scratch.resolve("hdfs").toString());
    hdfs = new MiniDFSCluster.Builder(configuration).numDataNodes(1).build();
    hdfs.waitActive();
    session = SparkSessions.create("train in HDFS", "local[2]", Map.of());
    world = new SmallWorld(scratch.resolve("world"));
    files = FileSystems.of(hdfs.getURI() + "/", new Configuration());
    files.copyFromLocalFile(new Path(world.folder.toUri()), new Path("/world"));
  }

  @AfterAll
  static void stop() {
    session.stop();
    hdfs.shutdown();
  }

  private static TrainConfig config(int examples) {
    return world.configAt(
        hdfs.getURI() + "/world/", "run", "checkpoints.every=1", "max_examples=" + examples);
  }

  @Test
  void publishesUsableModelsAndContinues() throws IOException {
    List<String> said = new ArrayList<>();
    TrainJob.Outcome outcome = TrainJob.run(config(32), session, TrainJob.Mode.FRESH, said::add);
    assertThat(outcome.checkpoint().toString())
        .isEqualTo(hdfs.getURI() + "/world/run/checkpoints/round-000002");
    try (ModelFolder model = ModelFolder.open(outcome.checkpoint(), new Configuration())) {
      assertThat(model.config().mmVisionTower()).isEqualTo("vision");
      assertThat(model.initialised()).isEmpty();
    }
    files.delete(outcome.checkpoint(), true);
    TrainJob.Outcome again = TrainJob.run(config(32), session, TrainJob.Mode.RESUME, said::add);
    assertThat(again.checkpoint()).isEqualTo(outcome.checkpoint());
    assertThat(said).anyMatch(line -> line.endsWith("/run/checkpoints/round-000001"));
    byte[] metrics = FileSystems.readFully(files, new Path("/world/run/metrics.jsonl"), 1 << 20);
    assertThat(new String(metrics, StandardCharsets.UTF_8).lines()).hasSize(3);
  }

  @Test
  void saysThatHdfsIsNotThere() {
    TrainConfig config = world.config("unused", "out=hdfs://127.0.0.1:9/run");
    assertThatThrownBy(() -> TrainJob.run(config, session, TrainJob.Mode.FRESH, line -> {}))
        .isInstanceOf(StorageUnavailableException.class)
        .hasMessageStartingWith("Cannot reach hdfs://127.0.0.1:9")
        .hasMessageContaining("is the name node running");
  }
}
