package parrot.jobs.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.datasets.EnvironmentException;
import parrot.datasets.UsageException;

@Tag("slow")
final class EmbeddedHdfsTest {
  @TempDir Path folder;

  @Test
  void keepsFilesUnderItsFolderAndListensOnLoopbackAlone() throws IOException {
    try (EmbeddedHdfs hdfs = EmbeddedHdfs.start(folder.resolve("hdfs"), 0)) {
      var file = new org.apache.hadoop.fs.Path(hdfs.path("a/b.txt"));
      try (OutputStream out = hdfs.files().create(file)) {
        out.write(1);
      }

      assertThat(hdfs.files().getFileStatus(file).getLen()).isEqualTo(1);
      assertThat(InetAddress.getByName(file.toUri().getHost()).isLoopbackAddress()).isTrue();
      assertThat(folder.resolve("hdfs")).isDirectoryRecursivelyContaining("glob:**blk_*");
    }
  }

  @Test
  void saysThatAPortIsTaken() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      int port = socket.getLocalPort();

      assertThatThrownBy(() -> EmbeddedHdfs.start(folder.resolve("hdfs"), port))
          .isInstanceOf(EnvironmentException.class)
          .hasMessageContaining("Cannot start the embedded HDFS: port " + port + " is taken")
          .hasMessageContaining("--hdfs-port");
    }
  }

  @Test
  void refusesAPortThatIsNone() {
    assertThatThrownBy(() -> new Quickstart.Request(folder, true, false, 1, 70_000))
        .isInstanceOf(UsageException.class)
        .hasMessage("Invalid --hdfs-port: 70000 (must be from 1 to 65535, or 0 for any)");
  }
}
