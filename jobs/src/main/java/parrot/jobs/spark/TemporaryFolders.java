package parrot.jobs.spark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.apache.spark.SparkConf;
import parrot.datasets.EnvironmentException;

/** Folders for temporary files, tried before Spark does, which would end the process with 53. */
final class TemporaryFolders {
  private TemporaryFolders() {}

  /**
   * @throws EnvironmentException if Java's folder, or each of Spark's, cannot be written to
   */
  static void requireWritable(SparkConf conf, UnaryOperator<String> environment) {
    String java = System.getProperty("java.io.tmpdir");
    String remedy = "set PARROT_JAVA_OPTS=-Djava.io.tmpdir=FOLDER, or make room in it";
    requireOne("Java", List.of(Path.of(java)), remedy);
    String sparks = environment.apply("SPARK_LOCAL_DIRS");
    String all = sparks != null ? sparks : conf.get("spark.local.dir", java);
    requireOne(
        "Spark",
        Arrays.stream(all.split(",")).map(String::strip).map(Path::of).toList(),
        "set SPARK_LOCAL_DIRS or spark.local.dir to another");
  }

  private static void requireOne(String whose, List<Path> folders, String remedy) {
    String reason = "";
    for (Path folder : folders) {
      try {
        Files.delete(Files.createTempFile(Files.createDirectories(folder), "parrot", null));
        return;
      } catch (IOException e) {
        reason = e.getClass().getSimpleName() + ": " + e.getMessage();
      }
    }
    throw new EnvironmentException(
        "Cannot start: the temporary folder of "
            + whose
            + ", "
            + folders.get(folders.size() - 1)
            + ", is not writable ("
            + reason
            + "); "
            + remedy);
  }
}
