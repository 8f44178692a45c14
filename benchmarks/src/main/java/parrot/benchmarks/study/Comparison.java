package parrot.benchmarks.study;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import parrot.datasets.benchmark.Holm;
import parrot.datasets.benchmark.Metric;
import parrot.datasets.benchmark.PairedComparison;
import parrot.datasets.benchmark.Scores;
import parrot.datasets.language.Language;

/**
 * One value of an axis against its baseline, all other axes being equal, over the seeds that both
 * have.
 *
 * @param score name of the evaluation
 * @param place of the other axes
 * @param differences by language, then by group, then over all languages
 */
record Comparison(
    String score,
    Map<String, String> place,
    String axis,
    String baseline,
    String value,
    List<Difference> differences) {

  /** All that a study asks for and that its results allow by now. */
  static List<Comparison> of(StudyFile study, List<Cell> cells, Results results) {
    List<Comparison> comparisons = new ArrayList<>();
    for (String score : study.scores()) {
      for (StudyFile.Contrast contrast : study.contrasts()) {
        for (Map<String, String> others : others(study, contrast.axis())) {
          for (String value : study.axes().get(contrast.axis()).keySet()) {
            if (!value.equals(contrast.baseline())) {
              Pairs pairs = new Pairs(cells, results, score, contrast, others, value);
              if (!pairs.first.isEmpty()) {
                comparisons.add(
                    new Comparison(
                        score,
                        others,
                        contrast.axis(),
                        contrast.baseline(),
                        value,
                        differences(study, pairs)));
              }
            }
          }
        }
      }
    }
    return comparisons;
  }

  private static List<Map<String, String>> others(StudyFile study, String axis) {
    return study.places().stream()
        .map(place -> new Cell(place, 0, Map.of()).without(axis))
        .distinct()
        .toList();
  }

  /** The scores of both sides, by the seeds that both have. */
  private static final class Pairs {
    final List<Scores> first = new ArrayList<>();
    final List<Scores> second = new ArrayList<>();

    Pairs(
        List<Cell> cells,
        Results results,
        String score,
        StudyFile.Contrast contrast,
        Map<String, String> others,
        String value) {
      for (Cell cell : cells) {
        if (cell.without(contrast.axis()).equals(others)
            && cell.place().get(contrast.axis()).equals(value)) {
          Optional<Cell> baseline =
              cells.stream()
                  .filter(one -> one.seed() == cell.seed())
                  .filter(one -> one.without(contrast.axis()).equals(others))
                  .filter(one -> one.place().get(contrast.axis()).equals(contrast.baseline()))
                  .findFirst();
          Optional<Scores> mine = results.scores(cell.ends().get(score));
          Optional<Scores> other = baseline.flatMap(one -> results.scores(one.ends().get(score)));
          if (mine.isPresent() && other.isPresent()) {
            first.add(other.get());
            second.add(mine.get());
          }
        }
      }
    }

    Difference difference(String name, List<Language> languages, double pValue) {
      List<Double> bySeed =
          IntStream.range(0, first.size())
              .mapToObj(
                  i ->
                      PairedComparison.ofRuns(
                              List.of(first.get(i)),
                              List.of(second.get(i)),
                              Metric.PLAIN,
                              languages)
                          .difference())
              .toList();
      PairedComparison all = over(languages);
      return new Difference(
          name, all, Double.isNaN(pValue) ? all.pValue() : pValue, SeedSpread.of(bySeed));
    }

    PairedComparison over(List<Language> languages) {
      return PairedComparison.ofRuns(first, second, Metric.PLAIN, languages);
    }
  }

  private static List<Difference> differences(StudyFile study, Pairs pairs) {
    List<Language> languages = pairs.first.get(0).languages();
    List<Double> corrected =
        Holm.corrected(languages.stream().map(one -> pairs.over(List.of(one)).pValue()).toList());
    List<Difference> differences = new ArrayList<>();
    for (int i = 0; i < languages.size(); i++) {
      Language language = languages.get(i);
      differences.add(pairs.difference(language.tag(), List.of(language), corrected.get(i)));
    }
    groups(study, languages)
        .forEach((name, group) -> differences.add(pairs.difference(name, group, Double.NaN)));
    return differences;
  }

  /** The study's groups as far as they were asked, and all languages. */
  static Map<String, List<Language>> groups(StudyFile study, List<Language> asked) {
    Map<String, List<Language>> groups = new LinkedHashMap<>();
    study
        .groups()
        .forEach(
            (name, group) -> {
              List<Language> there = group.stream().filter(asked::contains).toList();
              if (!there.isEmpty()) {
                groups.put(name, there);
              }
            });
    groups.put(Difference.ALL, asked);
    return groups;
  }
}
