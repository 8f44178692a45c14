package parrot.datasets.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import parrot.datasets.DataException;

class FileSystemsTest {
  @TempDir java.nio.file.Path scratch;

  @Test
  @Timeout(value = 2, unit = TimeUnit.MINUTES)
  void saysThatHdfsIsNotThere() throws IOException {
    int freePort;
    try (ServerSocket socket = new ServerSocket(0)) {
      freePort = socket.getLocalPort();
    }
    assertThatThrownBy(
            () -> FileSystems.of("hdfs://127.0.0.1:" + freePort + "/data", new Configuration()))
        .isInstanceOf(StorageUnavailableException.class)
        .hasMessageContaining("Cannot reach hdfs://127.0.0.1:" + freePort)
        .hasMessageContaining("connection refused (is the name node running?");
  }

  @Test
  void saysThatAFolderIsNotAFile() {
    Path folder = new Path(scratch.toUri());
    FileSystem files = FileSystems.of(folder, new Configuration());

    assertThatThrownBy(() -> FileSystems.readText(files, folder, 10))
        .isInstanceOf(DataException.class)
        .hasMessage("Cannot read " + folder + ": it is a folder, not a file");
  }

  @Test
  void saysThatAMountTableIsMissing() {
    assertThatThrownBy(() -> FileSystems.of("viewfs:///runs", new Configuration()))
        .isInstanceOf(StorageUnavailableException.class)
        .hasMessageContaining("its mount table is not configured (set HADOOP_CONF_DIR");
  }

  @Test
  void triesFewTimesUnlessToldOtherwise() {
    Configuration own = new Configuration();
    own.set("ipc.client.connect.timeout", "7000");

    Configuration hasty = FileSystems.withShortRetries(own);

    assertThat(hasty.getInt("ipc.client.connect.max.retries", 0)).isEqualTo(2);
    assertThat(hasty.getInt("ipc.client.connect.max.retries.on.timeouts", 0)).isEqualTo(1);
    assertThat(hasty.getInt("ipc.client.connect.timeout", 0)).isEqualTo(7000);
    Configuration standard = FileSystems.withShortRetries(new Configuration());
    assertThat(standard.getInt("ipc.client.connect.timeout", 0)).isEqualTo(5000);
  }

  @Test
  void namesAHostThatIsUnknown() {
    assertThatThrownBy(
            () -> FileSystems.of("hdfs://no-such-host.invalid:8020/x", new Configuration()))
        .isInstanceOf(StorageUnavailableException.class)
        .hasMessageContaining("Cannot reach hdfs://no-such-host.invalid:8020")
        .hasMessageContaining("unknown host");
  }

  @Test
  void refusesASchemeThatNothingReads() {
    assertThatThrownBy(() -> FileSystems.of("gopher://x/y", new Configuration()))
        .isInstanceOf(StorageUnavailableException.class)
        .hasMessageContaining("no file system of this kind");
  }

  @Test
  void refusesAnEmptyPath() {
    assertThatThrownBy(() -> FileSystems.path(""))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("Invalid path: ''");
  }

  @Test
  void readsAFileUpToALimit() throws IOException {
    Files.writeString(scratch.resolve("a"), "12345");
    Path file = new Path(scratch.resolve("a").toUri());
    var files = FileSystems.of(file, new Configuration());

    assertThat(FileSystems.readFully(files, file, 5)).asString().isEqualTo("12345");
    assertThatThrownBy(() -> FileSystems.readFully(files, file, 4))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("too large (5 bytes, at most 4)");
    assertThatThrownBy(() -> FileSystems.readFully(files, new Path(file, "b"), 4))
        .hasMessageContaining("does not exist");
  }

  @Test
  void readsBackTheTextThatItWrote() throws IOException {
    Path file = new Path(scratch.resolve("deep/text").toUri());
    var files = FileSystems.of(file, new Configuration());

    FileSystems.writeText(files, file, "an older, longer text");
    FileSystems.writeText(files, file, "Попугай 鹦鹉\n");

    assertThat(FileSystems.readText(files, file, 100)).isEqualTo("Попугай 鹦鹉\n");
  }
}
