package parrot.datasets.benchmark;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
  private static final Pattern EXTENSION =
      Pattern.compile("\\.(tsv|xlsx|jsonl)$", Pattern.CASE_INSENSITIVE);

  /** Two letters, perhaps with a region; longer parts of names are words. */
  private static final Pattern LANGUAGE = Pattern.compile("[A-Za-z]{2}(-[A-Za-z]+)?");

  /** What published names have after the language, as in {@code MMBench_DEV_EN_V11}. */
  private static final Pattern EDITION =
      Pattern.compile("v\\d+(\\.\\d+)*|dev|test|val|train", Pattern.CASE_INSENSITIVE);

  /** Benchmarks in one language, whose names need not tell it. */
  private static final Map<String, Language> KNOWN = Map.of("CCBench", Language.ZH);

  /**
   * Reads a file's name, with or without {@code .tsv}, {@code .xlsx} or {@code .jsonl}.
   *
   * @throws DataException if it tells no language
   */
  public static BenchmarkName parse(String fileName) {
    return parse(fileName, Optional.empty());
  }

  /**
   * Reads a file's name, with or without {@code .tsv}, {@code .xlsx} or {@code .jsonl}. Its
   * language is its last part, an edition such as {@code V11} left aside.
   *
   * @param otherwise the language of a file whose name tells none
   * @throws DataException if neither tells a language
   */
  public static BenchmarkName parse(String fileName, Optional<Language> otherwise) {
    String stem = EXTENSION.matcher(fileName).replaceFirst("");
    List<String> parts = Arrays.asList(stem.split("_", -1));
    int at = parts.size() - 1;
    while (at > 0 && EDITION.matcher(parts.get(at)).matches()) {
      at--;
    }
    Optional<Language> told = at > 0 ? language(parts.get(at)) : Optional.empty();
    if (told.isPresent()) {
      String before = String.join("_", parts.subList(0, at));
      if (!before.isEmpty()) {
        String after = String.join("_", parts.subList(at + 1, parts.size()));
        return new BenchmarkName(after.isEmpty() ? before : before + "_" + after, told.get());
      }
    }
    Optional<Language> known =
        Optional.ofNullable(KNOWN.get(parts.get(parts.size() - 1))).or(() -> otherwise);
    if (known.isPresent() && !stem.isEmpty()) {
      return new BenchmarkName(stem, known.get());
    }
    throw new DataException(
        "Invalid benchmark name: %s (must end in _ and a language's tag of two letters, such as MMMB_en.tsv; or pass --language)"
            .formatted(fileName));
  }

  private static Optional<Language> language(String part) {
    if (!LANGUAGE.matcher(part).matches()) {
      return Optional.empty();
    }
    try {
      return Optional.of(Language.of(part));
    } catch (DataException e) {
      return Optional.empty();
    }
  }

  /** Whether predictions of that name, such as a model's and this one's, are to this benchmark. */
  public boolean isEndOf(BenchmarkName other) {
    return language.equals(other.language)
        && (other.benchmark.equals(benchmark) || other.benchmark.endsWith("_" + benchmark));
  }

  /** The name of its file, as published ones are called. */
  public String fileName() {
    return this + ".tsv";
  }

  @Override
  public String toString() {
    return benchmark + "_" + language.benchmarkSuffix();
  }
}
