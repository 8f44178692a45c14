package parrot.jobs.preprocess;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.datasets.DataException;
import scala.Tuple2;

/**
 * Where the files of tasks go, once it is known which attempts count.
 *
 * @param attempts folder that tasks write to
 * @param shards folder of the shards; null if they are not kept
 * @param first number of the first shard
 * @param ledgers folder of the shards' ledgers; null if there are none
 * @param rejects the table of rejected rows
 * @param guard throws if another run has taken over
 */
record PartFiles(
    FileSystem files,
    Path attempts,
    Path shards,
    int first,
    Path ledgers,
    Path rejects,
    Guard guard) {
  /** To be asked before any file is put in its place. */
  @FunctionalInterface
  interface Guard {
    void requireHeld() throws IOException;
  }

  /** Of a data set that is made in a folder of its own. */
  static PartFiles in(FileSystem files, Path folder) {
    return new PartFiles(
        files, folder, folder, 0, null, new Path(folder, PreprocessJob.REJECTED_FILE), () -> {});
  }

  /** Of a folder that takes rejects alone. */
  static PartFiles withoutShards(FileSystem files, Path folder) {
    return new PartFiles(
        files, folder, null, 0, null, new Path(folder, PreprocessJob.REJECTED_FILE), () -> {});
  }

  static String shardName(int number) {
    return String.format(Locale.ROOT, "part-%05d.parquet", number);
  }

  /**
   * Renames the files of the attempts that count and deletes those of the others.
   *
   * @param results of the partitions in order, each with its attempt
   * @param partitions of shards; the next is that of rejects
   * @return the results, with the names that shards have now
   * @throws DataException if there is another's file of such a name
   */
  List<PartResult> install(List<Tuple2<String, Long>> results, int partitions) throws IOException {
    guard.requireHeld();
    List<PartResult> parts = new ArrayList<>();
    int number = first;
    for (Tuple2<String, Long> result : results) {
      PartResult part = PartResult.fromJson(result._1());
      String attempt = PreprocessTasks.attemptName(part.partition(), result._2());
      if (part.partition() == partitions) {
        if (!part.rejected().isEmpty()) {
          rename(new Path(attempts, attempt), rejects);
        }
      } else if (part.file() != null) {
        part = part.named(shardName(number++));
        if (shards != null) {
          rename(new Path(attempts, attempt), new Path(shards, part.file().name()));
        }
        if (ledgers != null) {
          String ledger = PreprocessTasks.ledgerName(part.partition(), result._2());
          rename(new Path(attempts, ledger), new Path(ledgers, part.file().name()));
        }
      }
      parts.add(part);
    }
    for (FileStatus left : files.listStatus(attempts)) {
      if (left.getPath().getName().startsWith("attempt-")) {
        files.delete(left.getPath(), false);
      }
    }
    return parts;
  }

  private void rename(Path from, Path to) throws IOException {
    if (files.exists(to)) { // a local file system would replace it
      throw new DataException(
          "Cannot rename "
              + from
              + " to "
              + to
              + ": it exists (another run has written to the folder; run again)");
    }
    if (!files.rename(from, to)) {
      throw new DataException(
          "Cannot rename " + from + " to " + to + ": the file system refused (is it full?)");
    }
  }
}
