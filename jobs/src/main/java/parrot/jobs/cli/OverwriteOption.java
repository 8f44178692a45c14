package parrot.jobs.cli;

import picocli.CommandLine.Option;

/** The option of every command that writes a folder. */
public final class OverwriteOption {
  public static final String NAME = "--overwrite";
  public static final String DESCRIPTION = "Replace what an earlier run left in the folder.";

  @Option(names = NAME, description = DESCRIPTION)
  private boolean overwrite;

  public boolean given() {
    return overwrite;
  }
}
