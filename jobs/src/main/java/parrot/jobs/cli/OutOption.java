package parrot.jobs.cli;

import org.apache.hadoop.fs.Path;
import parrot.datasets.storage.FileSystems;
import picocli.CommandLine.Option;

/** The option of every command whose result is one folder and needs no more words. */
public final class OutOption {
  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Folder to write, local or in HDFS.")
  private String folder;

  public Path folder() {
    return FileSystems.path(folder);
  }
}
