package parrot.datasets.benchmark;

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
    if (underscore > 0) {
      try {
        return new BenchmarkName(
            stem.substring(0, underscore), Language.of(stem.substring(underscore + 1)));
      } catch (DataException e) {
        // Said below, with the file's name.
      }
    }
    throw new DataException(
        "Invalid benchmark name: %s (must end in _ and a language, one of en, cn or zh, pt, ar, tr, ru, such as MMMB_en.tsv)"
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
