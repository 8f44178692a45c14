package parrot.datasets.benchmark;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.datasets.DataException;
import parrot.datasets.language.Language;

/**
 * A score as others have published it.
 *
 * @param benchmark as its files are called, such as MMMB
 * @param metric by which it was scored, such as plain
 * @param language empty for the mean over languages
 * @param percent accuracy, from 0 to 100
 * @param source where it was published
 */
public record PublishedScore(
    String model,
    String benchmark,
    Metric metric,
    Optional<Language> language,
    double percent,
    String source) {
  private static final String MEAN = "mean";
  private static final String[] COLUMNS = {
    "model", "benchmark", "metric", "language", "percent", "source"
  };

  /**
   * Reads a table with the columns model, benchmark, metric, language (a tag, or {@code mean}),
   * percent and source.
   *
   * @param path of a {@code .tsv}, {@code .xlsx} or {@code .jsonl} file
   * @throws DataException naming line, column and what is expected
   */
  public static List<PublishedScore> read(FileSystem files, Path path) {
    List<PublishedScore> scores = new ArrayList<>();
    try (Table table = Table.open(files, path)) {
      table.require(COLUMNS);
      table.refuseOthersThan(Set.of(COLUMNS));
      for (Table.Row row = table.next(); row != null; row = table.next()) {
        scores.add(read(row));
      }
    } catch (IOException e) {
      throw new DataException("Cannot read %s: %s".formatted(path, e.getMessage()), e);
    }
    return scores;
  }

  private static PublishedScore read(Table.Row row) {
    for (String column : COLUMNS) {
      if (row.value(column).isEmpty()) {
        throw row.problem(column, "nothing (every cell must be filled in)");
      }
    }
    return new PublishedScore(
        row.value("model").orElseThrow(),
        row.value("benchmark").orElseThrow(),
        metric(row),
        row.value("language").filter(tag -> !tag.equals(MEAN)).map(tag -> language(row, tag)),
        percent(row),
        row.value("source").orElseThrow());
  }

  private static Metric metric(Table.Row row) {
    String label = row.value("metric").orElseThrow();
    return Arrays.stream(Metric.values())
        .filter(metric -> metric.label().equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                row.problem(
                    "metric",
                    "got %s (must be one of %s)"
                        .formatted(
                            label, Arrays.stream(Metric.values()).map(Metric::label).toList())));
  }

  private static Language language(Table.Row row, String tag) {
    try {
      return Language.of(tag);
    } catch (DataException e) {
      throw row.problem("language", "got %s (must be a tag such as en, or mean)".formatted(tag));
    }
  }

  private static double percent(Table.Row row) {
    String text = row.value("percent").orElseThrow();
    double percent;
    try {
      percent = Double.parseDouble(text);
    } catch (NumberFormatException e) {
      percent = Double.NaN;
    }
    if (!(percent >= 0 && percent <= 100)) {
      throw row.problem("percent", "got %s (must be a number from 0 to 100)".formatted(text));
    }
    return percent;
  }
}
