package parrot.jobs.preprocess;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.datasets.shard.LanguageStatistics;
import parrot.datasets.shard.Manifest;
import parrot.datasets.shard.Totals;
import parrot.datasets.source.PassedOver;
import parrot.datasets.storage.FileSystems;

/**
 * What a run of the job did, for people and for a scheduler that raises alarms. Kept as {@value
 * #FILE_NAME} beside the manifest.
 *
 * @param unchanged whether input and options were those of the data set that was there, so that
 *     nothing was written
 * @param checked whether the input was only checked, so that no shard was kept
 * @param reading what was read of the input
 * @param nearDuplicates rows that say nearly the same as one before them
 * @param nearDuplicatesMarked whether these were written; else they are among the duplicates
 * @param notes written rows by what was changed or not read in them
 * @param rejected by reason, with a few examples each
 * @param changes null unless it updated a data set
 */
public record PreprocessReport(
    String out,
    boolean unchanged,
    boolean checked,
    Totals totals,
    int shards,
    long bytes,
    double seconds,
    SortedMap<String, LanguageStatistics> languages,
    Reading reading,
    long nearDuplicates,
    boolean nearDuplicatesMarked,
    SortedMap<String, Long> notes,
    SortedMap<String, PartResult.RejectedRows> rejected,
    @JsonInclude(JsonInclude.Include.NON_NULL) UpdateChanges changes) {
  /**
   * What was read of the input.
   *
   * @param files with rows
   * @param lostBytes of damaged files, between their whole rows
   * @param passedOver files without rows, by what they are
   */
  public record Reading(
      long files, long lostBytes, SortedMap<String, PassedOver.Group> passedOver) {}

  public static final String FILE_NAME = "report.json";

  private static final int SHOWN_NOTES = 12;
  private static final long MAX_BYTES = 64L << 20;

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  static PreprocessReport of(
      String out,
      boolean unchanged,
      Manifest manifest,
      double seconds,
      Reading reading,
      long nearDuplicates,
      boolean nearDuplicatesMarked,
      SortedMap<String, Long> notes,
      SortedMap<String, PartResult.RejectedRows> rejected) {
    return new PreprocessReport(
        out,
        unchanged,
        false,
        manifest.totals(),
        manifest.files().size(),
        manifest.bytes(),
        seconds,
        manifest.languages(),
        reading,
        nearDuplicates,
        nearDuplicatesMarked,
        notes,
        rejected,
        null);
  }

  /** The same of a run that kept no shards, in the folder of its report. */
  PreprocessReport ofCheck(Path folder) {
    return with(folder.toString(), true, changes);
  }

  PreprocessReport withChanges(UpdateChanges what) {
    return with(out, checked, what);
  }

  private PreprocessReport with(String folder, boolean onlyChecked, UpdateChanges what) {
    return new PreprocessReport(
        folder,
        unchanged,
        onlyChecked,
        totals,
        shards,
        bytes,
        seconds,
        languages,
        reading,
        nearDuplicates,
        nearDuplicatesMarked,
        notes,
        rejected,
        what);
  }

  /** Near duplicates that the run counted which made a data set; 0 if it has no report. */
  static long nearDuplicates(FileSystem files, Path folder) throws IOException {
    Path file = new Path(folder, FILE_NAME);
    if (!files.exists(file)) {
      return 0;
    }
    JsonNode report = JSON.readTree(FileSystems.readText(files, file, MAX_BYTES));
    return report.path("nearDuplicates").asLong();
  }

  void write(FileSystem files, Path folder) throws IOException {
    FileSystems.writeText(files, new Path(folder, FILE_NAME), JSON.writeValueAsString(this));
  }

  /** Lines for a console. */
  public String toText() {
    StringBuilder text = new StringBuilder();
    if (unchanged) {
      text.append("Nothing to do: ").append(out);
      text.append(" was made from the same input with the same options.\n");
    }
    if (changes != null) {
      text.append(changes.toText());
    }
    text.append(
        format(
            "Read %,d rows: %,d written, %,d duplicate%s, %,d rejected (%.1f %%).%n",
            totals.read(),
            totals.written(),
            totals.duplicate(),
            nearDuplicates == 0 || nearDuplicatesMarked
                ? ""
                : format(" (%,d of them nearly)", nearDuplicates),
            totals.rejected(),
            100.0 * totals.rejected() / Math.max(1, totals.read())));
    text.append(
        format(
            "%,d shards, %,.1f MiB, %sin %s%n%n",
            shards, bytes / 1048576.0, checked ? "not kept; the report is " : "", out));
    text.append(
        format(
            "%-8s %10s %10s %12s %10s   %s%n",
            "language",
            "rows",
            "pictures",
            "supervised",
            "truncated",
            "length: p50  p90  p99  max"));
    for (Map.Entry<String, LanguageStatistics> language : languages.entrySet()) {
      LanguageStatistics s = language.getValue();
      text.append(
          format(
              "%-8s %,10d %,10d %,12d %,10d        %5d %4d %4d %4d%n",
              language.getKey(),
              s.rows(),
              s.withImage(),
              s.supervisedTokens(),
              s.truncated(),
              s.median(),
              s.percentile90(),
              s.percentile99(),
              s.longest()));
    }
    Map<String, Long> remarks = new TreeMap<>(notes);
    if (nearDuplicatesMarked && nearDuplicates > 0) {
      remarks.put("says nearly the same as a row before it (near_rank)", nearDuplicates);
    }
    if (!remarks.isEmpty()) {
      text.append(format("%nWritten rows with a remark:%n"));
      remarks.entrySet().stream()
          .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
          .limit(SHOWN_NOTES)
          .forEach(note -> text.append(format("  %,8d %s%n", note.getValue(), note.getKey())));
      if (remarks.size() > SHOWN_NOTES) {
        text.append(format("           %d more in %s%n", remarks.size() - SHOWN_NOTES, FILE_NAME));
      }
    }
    if (!rejected.isEmpty()) {
      text.append(format("%nRejected:%n")).append(reasons(rejected));
    }
    return text.toString();
  }

  /** Reasons with their counts and an example each, the most frequent first. */
  static String reasons(Map<String, PartResult.RejectedRows> rejected) {
    StringBuilder text = new StringBuilder();
    List<Map.Entry<String, PartResult.RejectedRows>> byCount =
        rejected.entrySet().stream()
            .sorted((a, b) -> Long.compare(b.getValue().rows(), a.getValue().rows()))
            .toList();
    for (Map.Entry<String, PartResult.RejectedRows> reason : byCount) {
      text.append(format("  %,8d %s%n", reason.getValue().rows(), reason.getKey()));
      if (!reason.getValue().examples().isEmpty()) {
        text.append(format("           such as %s%n", reason.getValue().examples().get(0)));
      }
    }
    return text.toString();
  }

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
