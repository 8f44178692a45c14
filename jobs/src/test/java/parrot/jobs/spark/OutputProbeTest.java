package parrot.jobs.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.apache.hadoop.hdfs.protocol.HdfsConstants.SafeModeAction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.datasets.EnvironmentException;

class OutputProbeTest {
  @TempDir java.nio.file.Path temporary;

  private String probe(String name) {
    return Preflight.writable(new Path(temporary.resolve(name).toUri()), new Configuration());
  }

  private List<java.nio.file.Path> content() throws IOException {
    try (Stream<java.nio.file.Path> files = Files.walk(temporary)) {
      return files.filter(file -> !file.equals(temporary)).toList();
    }
  }

  @Test
  void leavesNothingBehind() throws IOException {
    assertThat(probe("runs/new"))
        .startsWith("output     file:")
        .contains("runs/new can be written to, ")
        .endsWith(" are free");
    assertThat(content()).isEmpty();
    Files.createDirectories(temporary.resolve("old"));
    assertThat(probe("old")).contains("old/ can be written to");
    assertThat(content()).containsExactly(temporary.resolve("old"));
  }

  @Test
  void refusesAFolderBelowAFile() throws IOException {
    Files.writeString(temporary.resolve("file"), "x");
    assertThatThrownBy(() -> probe("file/run"))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageStartingWith("Cannot write to file:")
        .hasMessageContaining("; choose another folder, or mend its permissions");
    assertThat(content()).containsExactly(temporary.resolve("file"));
  }

  @Test
  void saysWhyHdfsRefuses() throws IOException {
    Configuration configuration = new Configuration();
    configuration.set(MiniDFSCluster.HDFS_MINIDFS_BASEDIR, temporary.toAbsolutePath().toString());
    configuration.setInt("dfs.replication", 1);
    try (MiniDFSCluster cluster =
        new MiniDFSCluster.Builder(configuration).numDataNodes(1).build()) {
      cluster.waitActive();
      DistributedFileSystem files = cluster.getFileSystem();
      Path run = new Path(cluster.getURI() + "/runs/one");
      assertThat(Preflight.writable(run, configuration)).contains("/runs/one can be written to, ");
      assertThat(files.listStatus(new Path("/"))).isEmpty();

      files.mkdirs(run);
      files.setQuota(run, 1, Long.MAX_VALUE / 2); // no name but its own
      assertThatThrownBy(() -> Preflight.writable(run, configuration))
          .isInstanceOf(EnvironmentException.class)
          .hasMessageStartingWith("Cannot write to " + run + ": ")
          .hasMessageContaining("quota");

      files.setSafeMode(SafeModeAction.SAFEMODE_ENTER);
      assertThatThrownBy(() -> Preflight.writable(run, configuration))
          .isInstanceOf(EnvironmentException.class)
          .hasMessageContaining("Name node is in safe mode");
    }
  }
}
