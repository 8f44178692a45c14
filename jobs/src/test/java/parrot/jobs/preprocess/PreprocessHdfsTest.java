package parrot.jobs.preprocess;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Map;
import java.util.TreeMap;
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
import parrot.datasets.DataException;
import parrot.datasets.EnvironmentException;
import parrot.datasets.shard.ShardedDataset;
import parrot.datasets.shard.Totals;
import parrot.datasets.source.Reject;
import parrot.datasets.source.RejectFile;
import parrot.datasets.source.RejectReason;
import parrot.datasets.storage.AtomicFolder;
import parrot.datasets.storage.FileSystems;
import parrot.jobs.spark.SparkSessions;

/** The job with everything in HDFS. */
@Tag("slow")
class PreprocessHdfsTest {
  @TempDir static java.nio.file.Path scratch;
  private static MiniDFSCluster hdfs;
  private static SparkSession session;

  @BeforeAll
  static void start() throws IOException {
    Configuration configuration = new Configuration();
    configuration.set(MiniDFSCluster.HDFS_MINIDFS_BASEDIR, scratch.resolve("hdfs").toString());
    hdfs = new MiniDFSCluster.Builder(configuration).numDataNodes(1).build();
    hdfs.waitActive();
    session = SparkSessions.create("preprocess in HDFS", "local[2]", Map.of());
  }

  @AfterAll
  static void stop() {
    session.stop();
    hdfs.shutdown();
  }

  @Test
  void readsFromAndPublishesToHdfs() throws IOException {
    RawData data = new RawData(scratch.resolve("data")).good(20);
    data.rows.add(data.rows.get(4));
    data.row("../rows.json", "en", "<image> What?", "That.");
    data.row("none.png", "en", "<image> What?", "That.");
    data.json();
    FileSystem files = FileSystems.of(hdfs.getURI() + "/", new Configuration());
    files.copyFromLocalFile(new Path(data.folder.toUri()), new Path("/data"));
    OptionsBuilder options = new OptionsBuilder(hdfs.getURI() + "/data").maxRejected(0.2);

    PreprocessReport report = run(options.build());

    assertThat(report.totals()).isEqualTo(new Totals(23, 20, 1, 2));
    Path out = new Path("/data/out");
    ShardedDataset dataset = ShardedDataset.open(files, out);
    dataset.verify();
    assertThat(dataset.manifest().rows()).isEqualTo(20);
    Map<RejectReason, String> rejects = new TreeMap<>();
    Path rejected = files.makeQualified(new Path(out, PreprocessJob.REJECTED_FILE));
    for (Reject reject : RejectFile.read(rejected, new Configuration())) {
      rejects.put(reject.reason(), reject.message());
    }
    assertThat(rejects)
        .containsOnlyKeys(RejectReason.PICTURE_MISSING, RejectReason.PICTURE_OUTSIDE_FOLDER);
    assertThat(rejects.get(RejectReason.PICTURE_MISSING)).contains("under hdfs://");
    assertThat(files.listStatus(new Path("/data")))
        .extracting(file -> file.getPath().getName())
        .containsExactly("images", "out", "rows.json", "tokenizer.json");

    assertThat(run(options.build()).unchanged()).isTrue();

    // On a local disk the same input gives the same bytes.
    run(new OptionsBuilder(data.folder).maxRejected(0.2).build());
    for (var shard : dataset.manifest().files()) {
      java.nio.file.Path local = data.folder.resolve("out").resolve(shard.name());
      assertThat(Files.size(local)).isEqualTo(shard.bytes());
      try (var in = files.open(new Path(out, shard.name()))) {
        assertThat(in.readAllBytes()).isEqualTo(Files.readAllBytes(local));
      }
    }
  }

  @Test
  void updatesInHdfsAsOnALocalDisk() throws IOException {
    RawData data = new RawData(scratch.resolve("nights")).good(30);
    Files.createDirectories(data.folder.resolve("in"));
    FileSystem files = FileSystems.of(hdfs.getURI() + "/", new Configuration());
    files.copyFromLocalFile(new Path(data.folder.toUri()), new Path("/nights"));
    for (int night = 0; night < 2; night++) {
      String name = "in/" + night + ".jsonl";
      data.write(name, String.join("\n", data.rows.subList(12 * night, 12 * night + 18)) + "\n");
      Path local = new Path(data.folder.resolve(name).toUri());
      files.copyFromLocalFile(local, new Path("/nights/in"));
      for (String folder : new String[] {hdfs.getURI() + "/nights", data.folder.toString()}) {
        run(new OptionsBuilder(folder).input(folder + "/in").update().build());
      }
    }
    ShardedDataset dataset = ShardedDataset.open(files, new Path("/nights/out"));
    dataset.verify();
    Path local = new Path(data.folder.resolve("out").toUri());
    assertThat(dataset.manifest().totals()).isEqualTo(new Totals(36, 30, 6, 0));
    assertThat(dataset.manifest().files())
        .isEqualTo(
            ShardedDataset.open(FileSystems.of(local, new Configuration()), local)
                .manifest()
                .files());
  }

  @Test
  void publishesAndLocksFoldersInHdfs() throws IOException {
    FileSystem files = FileSystems.of(hdfs.getURI() + "/", new Configuration());
    Path target = new Path("/folders/out");
    try (AtomicFolder first = AtomicFolder.create(files, target, false)) {
      files.create(new Path(first.path(), "a")).close();
      assertThatThrownBy(() -> AtomicFolder.create(files, target, false))
          .isInstanceOf(EnvironmentException.class)
          .hasMessageContaining("/folders/out: another run is writing to it");
      first.publish();
    }
    assertThatThrownBy(() -> AtomicFolder.create(files, target, false))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("it exists (pass --overwrite");
    try (AtomicFolder second = AtomicFolder.create(files, target, true)) {
      files.create(new Path(second.path(), "b")).close();
      second.publish();
    }
    assertThat(files.listStatus(new Path("/folders")))
        .extracting(file -> file.getPath().getName())
        .containsExactly("out");
    assertThat(files.listStatus(target))
        .extracting(file -> file.getPath().getName())
        .containsExactly("_SUCCESS", "b");
  }

  private static PreprocessReport run(PreprocessOptions options) throws IOException {
    return new PreprocessJob(SparkSessions.context(session), options, line -> {}).run();
  }
}
