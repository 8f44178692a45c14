package parrot.datasets.benchmark;

import java.util.regex.Pattern;
import parrot.datasets.DataException;
import parrot.datasets.language.Language;

/**
 * A benchmark and the language of one of its files: {@code MMMB_cn.tsv} is MMMB in Chinese.
 *
 * @param benchmark the name that its languages share, such as MMMB or MMBench_DEV
 * @param language {@code cn} and {@code zh} are one
 */
public record BenchmarkName(String benchmark, Language language) {
  private static final String EXTENSION = ".tsv";

  /**
   * Two letters, perhaps with a region: DEV and VAL are parts of a set, although also languages.
   */
  private static final Pattern LANGUAGE = Pattern.compile("[A-Za-z]{2}(-[A-Za-z]+)?");

  /**
   * Reads a file's name, with or without {@code .tsv}.
   *
   * @throws DataException if its last part is not a language
   */
  public static BenchmarkName parse(String fileName) {
    String stem =
        fileName.endsWith(EXTENSION)
            ? fileName.substring(0, fileName.length() - EXTENSION.length())
            : fileName;
    int underscore = stem.lastIndexOf('_');
    String suffix = stem.substring(underscore + 1);
    if (underscore > 0 && LANGUAGE.matcher(suffix).matches()) {
      try {
        return new BenchmarkName(stem.substring(0, underscore), Language.of(suffix));
      } catch (DataException e) {
        // Said below, with the file's name.
      }
    }
    throw new DataException(
        "Invalid benchmark name: %s (must end in _ and a language's tag of two letters, such as MMMB_en.tsv)"
            .formatted(fileName));
  }

  /** The name of its file, as published ones are called. */
  public String fileName() {
    return this + EXTENSION;
  }

  @Override
  public String toString() {
    return benchmark + "_" + language.benchmarkSuffix();
  }
}
