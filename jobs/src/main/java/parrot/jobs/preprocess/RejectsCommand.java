package parrot.jobs.preprocess;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.datasets.DataException;
import parrot.datasets.UsageException;
import parrot.datasets.shard.ShardedDataset;
import parrot.datasets.source.Reject;
import parrot.datasets.source.RejectFile;
import parrot.datasets.source.RejectReason;
import parrot.datasets.storage.FileSystems;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code parrot rejects}. */
@Command(
    name = "rejects",
    header = "Show the rows that preprocess rejected, and why.",
    footerHeading = "%nExample:%n%n",
    footer = {
      "  ./parrot rejects shards/instruct",
      "  ./parrot rejects shards/instruct --reason PICTURE_MISSING,PICTURE_TRUNCATED --show 100",
      "  ./parrot rejects shards/instruct --lines > rejected.jsonl"
    })
public final class RejectsCommand implements Callable<Void> {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "FILE|DIR",
      description =
          "A data set of preprocess, what --check or a failed run left (OUT.check), or a table of"
              + " rejected rows.")
  private String table;

  @Option(
      names = "--reason",
      split = ",",
      paramLabel = "LIST",
      description = "Only rows rejected for these reasons.")
  private List<RejectReason> reasons = new ArrayList<>();

  @Option(
      names = "--source",
      paramLabel = "TEXT",
      description = "Only rows whose file and number, such as data.jsonl:12, begin so.")
  private String source = "";

  @Option(
      names = "--show",
      defaultValue = "20",
      paramLabel = "N",
      description = "How many rows are shown (default: ${DEFAULT-VALUE}).")
  private int shown;

  @Option(
      names = "--lines",
      description = "Write all these rows as JSON lines of source, id, reason and message instead.")
  private boolean lines;

  @Override
  public Void call() throws IOException {
    if (shown < 0) {
      throw new UsageException("Invalid --show: " + shown + " (must be at least 0)");
    }
    Configuration configuration = new Configuration();
    Path file = file(configuration);
    PrintWriter out = spec.commandLine().getOut();
    if (file == null) {
      if (!lines) {
        out.println("No row was rejected.");
      }
      return null;
    }
    Map<RejectReason, Long> counts = new TreeMap<>();
    List<Reject> first = new ArrayList<>();
    try (RejectFile.Reader rejects = new RejectFile.Reader(file, configuration)) {
      while (rejects.hasNext()) {
        Reject reject = rejects.next();
        if (!isAsked(reject)) {
          continue;
        }
        counts.merge(reject.reason(), 1L, Long::sum);
        if (lines) {
          out.println(line(reject));
        } else if (first.size() < shown) {
          first.add(reject);
        }
      }
    }
    if (!lines) {
      print(out, counts, first);
    }
    return null;
  }

  private boolean isAsked(Reject reject) {
    return (reasons.isEmpty() || reasons.contains(reject.reason()))
        && reject.origin().startsWith(source);
  }

  /** The table; null if there is none because no row was rejected. */
  private Path file(Configuration configuration) throws IOException {
    Path path = FileSystems.qualified(table, configuration);
    FileSystem files = FileSystems.of(path, configuration);
    if (!files.exists(path)) {
      throw new DataException("Cannot read " + path + ": it does not exist");
    }
    if (!files.getFileStatus(path).isDirectory()) {
      return path;
    }
    Path inside = new Path(path, PreprocessJob.REJECTED_FILE);
    if (files.exists(inside)) {
      return inside;
    }
    if (!files.exists(new Path(path, PreprocessReport.FILE_NAME))) {
      ShardedDataset.open(files, path); // says what the folder is if it is not a data set
    }
    return null;
  }

  private static String line(Reject reject) throws JsonProcessingException {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("source", reject.origin());
    fields.put("id", reject.id());
    fields.put("reason", reject.reason().name());
    fields.put("message", reject.message());
    return JSON.writeValueAsString(fields);
  }

  private static void print(PrintWriter out, Map<RejectReason, Long> counts, List<Reject> first) {
    long all = counts.values().stream().mapToLong(Long::longValue).sum();
    if (all == 0) {
      out.println("No such row was rejected.");
      return;
    }
    counts.entrySet().stream()
        .sorted(Map.Entry.<RejectReason, Long>comparingByValue().reversed())
        .forEach(one -> out.printf(Locale.ROOT, "%,10d %s%n", one.getValue(), one.getKey()));
    for (Reject reject : first) {
      String id = reject.id().isEmpty() ? "" : " (" + reject.id() + ")";
      out.printf("%n%s%s %s%n  %s%n", reject.origin(), id, reject.reason(), reject.message());
    }
    if (first.size() < all) {
      out.printf(Locale.ROOT, "%n%,d more: --show %d%n", all - first.size(), all);
    }
  }
}
