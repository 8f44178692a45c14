package parrot.jobs.evaluate;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.datasets.DataException;
import parrot.datasets.benchmark.BenchmarkFolder;
import parrot.datasets.benchmark.BenchmarkName;
import parrot.datasets.language.Language;
import parrot.datasets.storage.FileSystems;

/** Finds the benchmark or prediction files that a command line names. */
public final class BenchmarkFiles {
  private static final Pattern OTHER =
      Pattern.compile(".*\\.(csv|json|pkl|parquet|xls|gz|zip|zst)", Pattern.CASE_INSENSITIVE);

  private BenchmarkFiles() {}

  /**
   * Files, and those in folders, by benchmark, then language.
   *
   * @param language of files whose name tells none
   * @throws DataException if one does not exist, a folder holds none, two have one name, or a name
   *     tells no language
   */
  public static Map<BenchmarkName, Path> find(
      List<String> arguments, Optional<Language> language, Configuration configuration) {
    Map<BenchmarkName, Path> found = new LinkedHashMap<>();
    for (String argument : arguments) {
      List<Path> files = new ArrayList<>(list(argument, configuration));
      files.sort(
          Comparator.comparing((Path file) -> name(file, language).benchmark())
              .thenComparing(file -> name(file, language).language()));
      for (Path file : files) {
        Path before = found.put(name(file, language), file);
        if (before != null && !before.equals(file)) {
          throw new DataException(
              "Cannot take both %s and %s: they have one name (name one of them)"
                  .formatted(before, file));
        }
      }
    }
    return found;
  }

  private static BenchmarkName name(Path file, Optional<Language> language) {
    return BenchmarkName.parse(file.getName(), language);
  }

  private static List<Path> list(String argument, Configuration configuration) {
    FileSystem files = FileSystems.of(argument, configuration);
    Path path = files.makeQualified(new Path(argument));
    try {
      if (files.getFileStatus(path).isFile()) {
        if (OTHER.matcher(path.getName()).matches()) {
          throw new DataException(
              "Cannot read %s: only .tsv, .xlsx and .jsonl are read (convert it, with pandas: to_csv(..., sep='\\t', index=False))"
                  .formatted(path));
        }
        return List.of(path);
      }
      return BenchmarkFolder.tables(files, path);
    } catch (FileNotFoundException e) {
      throw new DataException("Cannot read %s: there is no such file or folder".formatted(path), e);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read %s: %s".formatted(path, e.getMessage()), e);
    }
  }
}
