package parrot.jobs.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Tensor;
import parrot.model.weights.DataType;
import parrot.model.weights.SafetensorsWriter;
import parrot.model.weights.TensorSpec;
import parrot.model.weights.WeightFiles;

/** Frozen weights in HDFS are mapped from one copy on this machine's disk. */
@Tag("slow")
class FrozenInHdfsTest {
  private static final String NAME = "model.embed_tokens.weight";
  private static final TensorSpec TENSOR = new TensorSpec(NAME, new int[] {768, 1024}, true);

  @TempDir static java.nio.file.Path scratch;
  private static MiniDFSCluster hdfs;
  private static FileSystem files;

  @BeforeAll
  static void start() throws IOException {
    Configuration configuration = new Configuration();
    configuration.set(MiniDFSCluster.HDFS_MINIDFS_BASEDIR, scratch.toString());
    hdfs = new MiniDFSCluster.Builder(configuration).numDataNodes(1).build();
    hdfs.waitActive();
    files = hdfs.getFileSystem();
  }

  @AfterAll
  static void stop() {
    hdfs.shutdown();
  }

  private static float[] store(String folder, long seed) throws IOException {
    Random random = new Random(seed);
    float[] values = new float[TENSOR.length()];
    for (int i = 0; i < values.length; i++) {
      values[i] = DataType.fromBfloat16(DataType.toBfloat16((float) random.nextGaussian()));
    }
    new SafetensorsWriter(DataType.BF16)
        .write(
            files,
            new Path(folder),
            List.of(TENSOR),
            (tensor, sink) -> sink.accept(0, values, values.length),
            Long.MAX_VALUE);
    return values;
  }

  private static Tensor open(String folder) {
    Path place = new Path(hdfs.getURI() + folder);
    try (WeightFiles weights = WeightFiles.open(place, new Configuration())) {
      return weights.map(NAME, ElementType.BF16, 768, 1024).orElseThrow();
    }
  }

  /** Files of copies that this process has mapped, with their inodes. */
  private static TreeSet<String> mapped() throws IOException {
    java.nio.file.Path maps = java.nio.file.Path.of("/proc/self/maps");
    assumeThat(maps).exists();
    TreeSet<String> copies = new TreeSet<>();
    for (String line : Files.readAllLines(maps)) {
      String[] fields = line.split("\\s+", 6);
      if (fields.length == 6 && fields[5].contains("/parrot-weights-")) {
        copies.add(fields[4] + " " + fields[5]);
      }
    }
    return copies;
  }

  @Test
  void openedTwiceTheyAreCopiedOnceAndEqualToTheLastBit() throws IOException {
    long seed = System.nanoTime(); // else an earlier run's copy would be found
    float[] stored = store("/model", seed);
    int before = mapped().size();
    Tensor first = open("/model");
    TreeSet<String> copies = mapped();
    assertThat(copies).hasSize(before + 1);
    assertThat(first.toArray()).isEqualTo(stored);

    Tensor second = open("/model");
    assertThat(mapped()).isEqualTo(copies);
    assertThat(second.toArray()).isEqualTo(stored);

    store("/same-content-elsewhere", seed);
    Tensor third = open("/same-content-elsewhere");
    assertThat(mapped()).isEqualTo(copies);
    assertThat(third.toArray()).isEqualTo(stored);
  }

  @Test
  void anotherContentUnderTheSameNameIsCopiedAgain() throws IOException {
    store("/other", System.nanoTime());
    open("/other");
    files.delete(new Path("/other"), true);
    float[] stored = store("/other", System.nanoTime());
    assertThat(open("/other").toArray()).isEqualTo(stored);
  }
}
