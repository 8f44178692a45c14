package parrot.jobs.quickstart;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import parrot.datasets.EnvironmentException;
import parrot.datasets.storage.FileSystems;

/** A whole HDFS in this process, on the loopback interface, with its data in a folder. */
final class EmbeddedHdfs implements AutoCloseable {
  private final MiniDFSCluster cluster;
  private final FileSystem files;

  private EmbeddedHdfs(MiniDFSCluster cluster) {
    this.cluster = cluster;
    this.files = FileSystems.of(cluster.getURI() + "/", new Configuration());
  }

  /**
   * Starts it.
   *
   * @param data folder for its blocks; the caller removes it
   * @param port of the name node on 127.0.0.1; 0 for any free one
   * @throws EnvironmentException if it does not start
   */
  static EmbeddedHdfs start(Path data, int port) {
    Configuration configuration = new Configuration();
    configuration.set(MiniDFSCluster.HDFS_MINIDFS_BASEDIR, data.toAbsolutePath().toString());
    // One small machine: nothing to replicate to and no other users.
    configuration.setInt("dfs.replication", 1);
    configuration.setBoolean("dfs.permissions.enabled", false);
    configuration.setInt("dfs.namenode.handler.count", 4);
    // Hadoop would say so in a page of its own.
    try (ServerSocket free = new ServerSocket()) {
      free.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    } catch (IOException e) {
      throw failed(port, e);
    }
    try {
      MiniDFSCluster cluster =
          new MiniDFSCluster.Builder(configuration).nameNodePort(port).numDataNodes(1).build();
      cluster.waitActive();
      return new EmbeddedHdfs(cluster);
    } catch (IOException e) {
      throw failed(port, e);
    } catch (RuntimeException e) {
      throw failed(port, e);
    } catch (NoClassDefFoundError e) {
      throw new EnvironmentException(
          "Cannot start the embedded HDFS: its classes are not there ("
              + e.getMessage()
              + "); run the quickstart with ./parrot, not with spark-submit",
          e);
    }
  }

  private static EnvironmentException failed(int port, Exception cause) {
    Throwable root = cause;
    while (root.getCause() != null && root.getCause() != root) {
      root = root.getCause();
    }
    String reason = String.valueOf(root.getMessage()).lines().findFirst().orElse("");
    boolean taken = root instanceof java.net.BindException || reason.contains("in use");
    String remedy =
        taken
            ? "port " + port + " is taken; choose another with --hdfs-port, or 0 for any free one"
            : reason + "; is 127.0.0.1 reachable, and the disk not full?";
    return new EnvironmentException("Cannot start the embedded HDFS: " + remedy, cause);
  }

  FileSystem files() {
    return files;
  }

  /** A path in it, with scheme and authority. */
  String path(String name) {
    return cluster.getURI() + "/" + name;
  }

  @Override
  public void close() {
    cluster.shutdown(true);
  }
}
