package parrot.jobs.sweep;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import parrot.datasets.DataException;
import parrot.datasets.benchmark.BenchmarkName;
import parrot.datasets.storage.FileSystems;
import parrot.jobs.checkpoint.Checkpoints;
import parrot.jobs.evaluate.QuestionCount;

/**
 * What a sweep would ask of whom.
 *
 * @param models bytes of weights by column; -1 if the folder does not exist
 * @param files questions by benchmark file
 * @param unreadable files that cannot be asked, and why
 */
record SweepPlan(
    Map<Column, Long> models,
    Map<BenchmarkName, QuestionCount> files,
    Map<BenchmarkName, String> unreadable) {
  private static final double GIB = 1L << 30;

  /** Reads the benchmark files whole, of models only the sizes. */
  static SweepPlan of(SweepConfig config, Configuration hadoop) throws IOException {
    Map<Column, Long> models = new LinkedHashMap<>();
    for (Column column : Column.of(config, hadoop)) {
      models.put(column, weights(column, hadoop));
    }
    Map<BenchmarkName, QuestionCount> files = new LinkedHashMap<>();
    Map<BenchmarkName, String> unreadable = new LinkedHashMap<>();
    SweepJob.files(config, hadoop)
        .forEach(
            (name, file) -> {
              try {
                files.put(
                    name, QuestionCount.of(name, file, config.circular(), config.limit(), hadoop));
              } catch (DataException e) {
                unreadable.put(name, e.getMessage());
              }
            });
    return new SweepPlan(models, files, unreadable);
  }

  private static long weights(Column column, Configuration hadoop) throws IOException {
    Path folder = Checkpoints.resolveModel(FileSystems.path(column.path()), hadoop);
    FileSystem system = FileSystems.of(folder, hadoop);
    long bytes = 0;
    try {
      RemoteIterator<LocatedFileStatus> all = system.listFiles(folder, true);
      while (all.hasNext()) {
        LocatedFileStatus one = all.next();
        boolean weights = one.getPath().getName().matches(".*\\.(safetensors|bin)");
        boolean training = one.getPath().getParent().getName().equals("training");
        bytes += weights && !training ? one.getLen() : 0;
      }
      return bytes;
    } catch (FileNotFoundException e) {
      return -1;
    }
  }

  void print(PrintWriter out) {
    List<String> widths = new ArrayList<>();
    models.keySet().forEach(column -> widths.add(column.label()));
    files.keySet().forEach(name -> widths.add(name.toString()));
    unreadable.keySet().forEach(name -> widths.add(name.toString()));
    String cell = "  %%-%ds".formatted(widths.stream().mapToInt(String::length).max().orElse(1));
    out.println("models");
    models.forEach(
        (column, bytes) ->
            out.printf(
                Locale.ROOT,
                cell + "  %s  %s%n",
                column.label(),
                bytes < 0 ? "not there  " : "%7.2f GiB".formatted(bytes / GIB),
                column.path()));
    out.println("benchmark files");
    files.forEach(
        (name, count) ->
            out.printf(
                Locale.ROOT,
                cell + "  %,9d questions  %,9d answers  %,7d images%n",
                name,
                count.questions(),
                count.answers(),
                count.images()));
    unreadable.forEach((name, reason) -> out.printf(cell + "  failed: %s%n", name, reason));
    long answers = files.values().stream().mapToLong(QuestionCount::answers).sum();
    out.printf(
        Locale.ROOT,
        "%d models x %d files: %d cells, %,d answers%n",
        models.size(),
        files.size() + unreadable.size(),
        models.size() * (files.size() + unreadable.size()),
        models.size() * answers);
  }
}
