package parrot.jobs.cli;

import picocli.CommandLine.Option;

/** The option of every command that reads a model. */
public final class ModelOption {
  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR",
      description =
          "Folder with config.json, weights and tokenizer.json, or of a training run (its newest"
              + " checkpoint); local or in HDFS.")
  private String folder;

  /** The folder as it was given. */
  public String folder() {
    return folder;
  }
}
