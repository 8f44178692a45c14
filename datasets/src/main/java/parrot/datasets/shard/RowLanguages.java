package parrot.datasets.shard;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import parrot.datasets.language.Language;

/** Which rows of a data set are in which language. */
public final class RowLanguages {
  private final SortedMap<Language, int[]> counts;
  private final List<List<List<Language>>> languages; // null if there is one alone

  private RowLanguages(SortedMap<Language, int[]> counts, List<List<List<Language>>> languages) {
    this.counts = counts;
    this.languages = languages;
  }

  /** Of a data set in one language, of which no row needs to be read. */
  static RowLanguages single(Language language, Manifest manifest) {
    int[] rows =
        manifest.files().stream()
            .flatMap(file -> file.rowGroupRows().stream())
            .mapToInt(Integer::intValue)
            .toArray();
    return new RowLanguages(new TreeMap<>(Map.of(language, rows)), null);
  }

  /**
   * @param languages by shard, row group and row; null for a row that is not used
   */
  static RowLanguages of(List<List<List<Language>>> languages) {
    int groups = languages.stream().mapToInt(List::size).sum();
    SortedMap<Language, int[]> counts = new TreeMap<>();
    int number = 0;
    for (List<List<Language>> shard : languages) {
      for (List<Language> group : shard) {
        for (Language row : group) {
          if (row != null) {
            counts.computeIfAbsent(row, key -> new int[groups])[number]++;
          }
        }
        number++;
      }
    }
    return new RowLanguages(counts, languages);
  }

  /** Rows of each language. */
  public SortedMap<Language, Long> rows() {
    SortedMap<Language, Long> rows = new TreeMap<>();
    counts.forEach(
        (language, groups) -> {
          long sum = 0;
          for (int group : groups) {
            sum += group;
          }
          rows.put(language, sum);
        });
    return rows;
  }

  /**
   * Rows of a language in a row group.
   *
   * @param group counted over all shards
   */
  public int rows(Language language, int group) {
    return counts.get(language)[group];
  }

  /** Whether a row is used, and in this language. */
  public boolean has(RowRef row, Language language) {
    return languages == null
        || language.equals(languages.get(row.shard()).get(row.rowGroup()).get(row.row()));
  }
}
