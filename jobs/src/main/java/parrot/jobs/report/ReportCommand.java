package parrot.jobs.report;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import parrot.datasets.storage.FileSystems;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code parrot report}. */
@Command(
    name = "report",
    header = "Make the HTML report of a run again, from its files.",
    description = {
      "The folder is that of a quickstart, or any that holds training runs"
          + " (metrics.jsonl), evaluations (scores.json) or both, at any depth up to four.",
      "The report is one file that opens without a network."
    },
    footerHeading = "%nExample:%n%n",
    footer = {"  ./parrot report quickstart-run"})
public final class ReportCommand implements Callable<Void> {
  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "DIR", description = "Folder of a run, local or in HDFS.")
  private String run;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "File to write (default: report.html in the folder).")
  private String out;

  @Override
  public Void call() throws IOException {
    Path written =
        ReportJob.write(
            FileSystems.path(run), out == null ? null : FileSystems.path(out), new Configuration());
    spec.commandLine().getOut().println("Report: " + written.toUri().getPath());
    return null;
  }
}
