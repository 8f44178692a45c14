package parrot.jobs.preprocess;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.datasets.DataException;
import parrot.datasets.UsageException;
import parrot.datasets.shard.Manifest;
import parrot.datasets.shard.Totals;
import parrot.datasets.source.RowReader;
import parrot.datasets.storage.AtomicFolder;
import parrot.datasets.storage.InputGuard;

/**
 * Whether what a run found may be published. If not, its report and the rejected rows are kept
 * beside the data set.
 */
final class Judgement {
  private final PreprocessOptions options;
  private final FileSystem files;
  private final Path out;
  private final List<Path> inputs;

  /**
   * @param out the folder of the data set
   * @param inputs everything that the run reads
   */
  Judgement(PreprocessOptions options, FileSystem files, Path out, List<Path> inputs) {
    this.options = options;
    this.files = files;
    this.out = out;
    this.inputs = inputs;
  }

  /** Where the report of a data set is kept that was not written. */
  static Path folder(Path out) {
    return out.suffix(".check");
  }

  /**
   * As {@link #require(PreprocessReport)}; keeps the report and the rejects if it throws.
   *
   * @param rejected the table of rejected rows, which need not exist; it is moved if it is kept
   * @throws DataException if the data set must not be published
   */
  void require(PreprocessReport report, Path rejected) throws IOException {
    try {
      require(report);
    } catch (DataException e) {
      try {
        keep(report, rejected);
      } catch (DataException other) {
        throw new DataException(e.getMessage() + "\n" + other.getMessage(), e);
      }
      throw e;
    }
  }

  private void keep(PreprocessReport report, Path rejected) throws IOException {
    requireReplaceable();
    try (AtomicFolder kept = AtomicFolder.create(files, folder(out), true)) {
      if (files.exists(rejected)
          && !files.rename(rejected, new Path(kept.path(), PreprocessJob.REJECTED_FILE))) {
        throw new DataException(
            "Cannot keep the rejected rows in %s: the file system refused to move %s"
                .formatted(folder(out), rejected));
      }
      report.ofCheck(folder(out)).write(files, kept.path());
      kept.publish();
    }
  }

  /**
   * @throws UsageException if the folder for the report holds something else, or is read
   */
  void requireReplaceable() throws IOException {
    Path kept = folder(out);
    if (AtomicFolder.isComplete(files, kept)
        && (!files.exists(new Path(kept, PreprocessReport.FILE_NAME))
            || files.exists(new Path(kept, Manifest.FILE_NAME)))) {
      throw new UsageException(
          "Cannot replace %s: it is not the report of an earlier run on %s (move it, or choose another --out)"
              .formatted(kept, out));
    }
    InputGuard.requireOutside(kept, inputs, files.getConf());
  }

  /**
   * @throws DataException if the data set must not be published
   */
  void require(PreprocessReport report) {
    requireRows(report);
    requireColumns(report);
    requireNoAlarm(report);
  }

  private void requireRows(PreprocessReport report) {
    Totals totals = report.totals();
    double share = (double) totals.rejected() / totals.read();
    if (!(share <= options.limits().maxRejected())) {
      throw new DataException(
          String.format(
              Locale.ROOT,
              "Cannot preprocess: too many rows were rejected (%,d of %,d, %.1f %%; --max-rejected"
                  + " allows %.1f %%). No shards were written. Fix the input or allow more; the"
                  + " rejected rows are in %s:%n%s",
              totals.rejected(),
              totals.read(),
              100 * share,
              100 * options.limits().maxRejected(),
              new Path(folder(out), PreprocessJob.REJECTED_FILE),
              PreprocessReport.reasons(report.rejected()).stripTrailing()));
    }
    if (totals.written() == 0) {
      throw new DataException(
          "Cannot preprocess: no row is left to write. No shards were written:\n"
              + PreprocessReport.reasons(report.rejected()).stripTrailing());
    }
  }

  /** A column that no row has is most probably misspelt. */
  private void requireColumns(PreprocessReport report) {
    for (String column : options.rows().columns()) {
      long without = report.notes().getOrDefault(RowReader.withoutColumn(column), 0L);
      if (without == report.totals().written()) {
        throw new DataException(
            "Cannot preprocess: no row has a value in --column %s. No shards were written: name a key of the rows"
                .formatted(column));
      }
    }
  }

  /**
   * Also for unchanged input, of which nothing is kept but the data set that is there.
   *
   * @throws DataException if a condition of {@code --fail-on} holds
   */
  void requireNoAlarm(PreprocessReport report) {
    List<String> raised =
        options.limits().alarms().stream()
            .map(alarm -> alarm.raisedBy(report))
            .flatMap(Optional::stream)
            .toList();
    if (!raised.isEmpty()) {
      throw new DataException(
          ("Cannot preprocess: --fail-on "
                  + String.join("; ", raised)
                  + (report.unchanged()
                      ? ". The data set of the same input stays as it was made."
                      : ". No shards were written.")
                  + " Fix the input or change the condition:\n"
                  + PreprocessReport.reasons(report.rejected()))
              .stripTrailing());
    }
  }
}
