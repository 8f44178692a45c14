package parrot.jobs.spark;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import parrot.datasets.EnvironmentException;

/**
 * Finds out whether executors see the folder of the driver's disk that they are to write into. On
 * other machines they would write to their own disks, and the result would lack their files.
 */
final class SharedOutput {
  private SharedOutput() {}

  /**
   * Writes a small file beside the folder, or to the nearest one above that exists, and lets tasks
   * on all executors look for it. Does nothing for other file systems, and in local mode.
   *
   * @param out the folder, with its scheme
   * @throws EnvironmentException naming the hosts that do not see the file
   */
  static void require(SparkContext spark, org.apache.hadoop.fs.Path out) {
    if (spark.isLocal() || !"file".equals(out.toUri().getScheme())) {
      return;
    }
    Path probe = null;
    try {
      probe =
          Files.createTempFile(
              nearest(Path.of(out.getParent().toUri().getPath())), ".parrot-", null);
      requireSeen(JavaSparkContext.fromSparkContext(spark), out, probe.toString());
    } catch (IOException e) {
      throw new EnvironmentException("Cannot write beside " + out + ": " + e.getMessage(), e);
    } finally {
      delete(probe);
    }
  }

  private static Path nearest(Path folder) {
    Path nearest = folder;
    while (nearest.getParent() != null && !Files.exists(nearest)) {
      nearest = nearest.getParent();
    }
    return nearest;
  }

  private static void requireSeen(
      JavaSparkContext spark, org.apache.hadoop.fs.Path out, String probe) {
    int tasks = Math.max(2, 2 * spark.defaultParallelism());
    List<String> blind;
    try (JobDescription says = JobDescription.set(spark, "do executors see the output folder?")) {
      blind =
          spark
              .parallelize(Collections.nCopies(tasks, probe), tasks)
              .map(file -> Files.exists(Path.of(file)) ? "" : host())
              .collect();
    }
    Set<String> hosts = new TreeSet<>(blind);
    hosts.remove("");
    if (!hosts.isEmpty()) {
      throw new EnvironmentException(
          "Cannot write to "
              + out
              + ": it is on a disk of the driver's machine, which executors on "
              + String.join(", ", hosts)
              + " do not see (write to hdfs://, or to a folder that all machines share)");
    }
  }

  private static String host() throws IOException {
    return InetAddress.getLocalHost().getHostName();
  }

  private static void delete(Path probe) {
    try {
      if (probe != null) {
        Files.deleteIfExists(probe);
      }
    } catch (IOException e) {
      throw new EnvironmentException("Cannot delete " + probe + ": " + e.getMessage(), e);
    }
  }
}
