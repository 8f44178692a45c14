package parrot.datasets.benchmark;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import parrot.datasets.DataException;
import parrot.datasets.language.Language;
import parrot.datasets.matching.Reason;

/**
 * Scores of one model on one benchmark in several languages. They depend on the predictions alone,
 * not on their order, so they are the same however many executors made them.
 */
public final class Scores {
  private final Map<Language, List<ScoredQuestion>> plain = new TreeMap<>();
  private final Map<Language, List<ScoredQuestion>> allRows = new TreeMap<>();
  private final Map<Language, List<ScoredQuestion>> circular = new TreeMap<>();
  private final Map<Language, List<ScoredQuestion>> paired = new TreeMap<>();
  private final Clusters clusters = new Clusters();

  private Scores() {}

  /**
   * Scores predictions by the published rules of matching.
   *
   * @param predictions by language: one for every question, and one for every rotation where the
   *     benchmark is asked circularly. For what was not answered see {@link Prediction#missing} and
   *     {@link PredictionFile#complete}
   * @throws DataException if a question has no answer to compare with, or none is there at all
   */
  public static Scores of(Map<Language, List<Prediction>> predictions) {
    return of(predictions, MatchingRule.PUBLISHED_2024);
  }

  /** Scores predictions by other rules of matching; see {@link #of(Map)}. */
  public static Scores of(Map<Language, List<Prediction>> predictions, MatchingRule rule) {
    Scores scores = new Scores();
    if (predictions.isEmpty()) {
      throw new DataException("Cannot score: no predictions (expected at least one language)");
    }
    predictions.forEach((language, rows) -> scores.add(language, rows, rule));
    return scores;
  }

  /**
   * Checks what {@link #of} needs.
   *
   * @throws DataException if there are no predictions, two to one question, or only rotations
   */
  public static void requireScorable(Language language, List<Prediction> predictions) {
    if (predictions.isEmpty()) {
      throw new DataException(
          "Cannot score %s: no predictions (expected one per question)".formatted(language.tag()));
    }
    Set<Long> seen = new HashSet<>();
    for (Prediction prediction : predictions) {
      if (!seen.add(prediction.item().index())) {
        throw new DataException(
            "Cannot score %s: two predictions for question %d (expected one each)"
                .formatted(language.tag(), prediction.item().index()));
      }
    }
    List<BenchmarkItem> rows = predictions.stream().map(Prediction::item).toList();
    if (rows.stream().noneMatch(QuestionRows.of(rows)::isQuestion)) {
      throw new DataException(
          "Cannot score %s: only rotations of questions are there (expected the questions too, whose index is below %d)"
              .formatted(language.tag(), QuestionRows.ROTATION));
    }
  }

  private void add(Language language, List<Prediction> predictions, MatchingRule rule) {
    requireScorable(language, predictions);
    SortedMap<Long, List<ScoredQuestion>> questions = new TreeMap<>();
    QuestionRows grouped = QuestionRows.of(predictions.stream().map(Prediction::item).toList());
    for (Prediction prediction : predictions) {
      clusters.add(prediction.item(), grouped.question(prediction.item()));
      questions
          .computeIfAbsent(grouped.question(prediction.item()), index -> new ArrayList<>())
          .add(ScoredQuestion.of(prediction, language, rule));
    }
    List<ScoredQuestion> rows = new ArrayList<>();
    List<ScoredQuestion> unrotated = new ArrayList<>();
    List<ScoredQuestion> whole = new ArrayList<>();
    questions.forEach(
        (index, question) -> {
          rows.addAll(question);
          unrotated.add(unrotated(question, grouped, language, rule));
          whole.add(ScoredQuestion.all(question, grouped));
        });
    plain.put(language, unrotated);
    List<ScoredQuestion> pairs = ImagePairs.of(unrotated);
    if (!pairs.isEmpty()) {
      paired.put(language, pairs);
    }
    if (grouped.rotated()) {
      allRows.put(language, rows);
      circular.put(language, whole);
    }
  }

  /** The question as it stands in the benchmark; missing where only its rotations are there. */
  private static ScoredQuestion unrotated(
      List<ScoredQuestion> rows, QuestionRows grouped, Language language, MatchingRule rule) {
    return rows.stream()
        .filter(row -> grouped.isQuestion(row.item()))
        .findFirst()
        .orElseGet(() -> ScoredQuestion.of(Prediction.missing(rows.get(0).item()), language, rule));
  }

  /** The languages there are predictions in. */
  public List<Language> languages() {
    return List.copyOf(plain.keySet());
  }

  /** Whether there are rotations, which a circular score needs. */
  public boolean hasRotations() {
    return !circular.isEmpty();
  }

  /** The score in one language; none where the metric needs rotations and there are none. */
  public Optional<Score> score(Metric metric, Language language) {
    return Optional.ofNullable(questions(metric).get(language)).map(ScoredQuestion::score);
  }

  /** The mean of the languages' accuracies, each language counting alike. */
  public Optional<MacroAverage> macroAverage(Metric metric) {
    return questions(metric).isEmpty()
        ? Optional.empty()
        : Optional.of(MacroAverage.of(questions(metric).values(), clusters));
  }

  /** Equal for rows, in any language, whose answers are not independent of each other. */
  Object cluster(long index) {
    return clusters.of(index);
  }

  /**
   * Scores of a language's questions by category, l2-category or split, by name. Questions that
   * have none are left out.
   */
  public SortedMap<String, Score> by(Metric metric, Grouping grouping, Language language) {
    SortedMap<String, Score> scores = new TreeMap<>();
    groups(metric, grouping, language)
        .forEach((group, questions) -> scores.put(group, ScoredQuestion.score(questions)));
    return scores;
  }

  private SortedMap<String, List<ScoredQuestion>> groups(
      Metric metric, Grouping grouping, Language language) {
    SortedMap<String, List<ScoredQuestion>> groups = new TreeMap<>();
    for (ScoredQuestion question : questions(metric).getOrDefault(language, List.of())) {
      String group = grouping.of(question.item());
      if (!group.isEmpty()) {
        groups.computeIfAbsent(group, name -> new ArrayList<>()).add(question);
      }
    }
    return groups;
  }

  /** How many answers of a language count as they do for each {@linkplain Reason reason}. */
  public SortedMap<Reason, Integer> reasons(Language language) {
    SortedMap<Reason, Integer> reasons = new TreeMap<>();
    Map<Language, List<ScoredQuestion>> rows = allRows.containsKey(language) ? allRows : plain;
    rows.getOrDefault(language, List.of()).stream()
        .flatMap(question -> question.matches().stream())
        .forEach(match -> reasons.merge(match.reason(), 1, Integer::sum));
    return reasons;
  }

  /** Whether each question of a language was answered rightly, by its index. */
  public SortedMap<Long, Boolean> hits(Metric metric, Language language) {
    SortedMap<Long, Boolean> hits = new TreeMap<>();
    byIndex(metric, language).forEach((index, question) -> hits.put(index, question.hit()));
    return hits;
  }

  /** The questions of a language by index; none if the metric needs rotations and has none. */
  SortedMap<Long, ScoredQuestion> byIndex(Metric metric, Language language) {
    SortedMap<Long, ScoredQuestion> byIndex = new TreeMap<>();
    questions(metric)
        .getOrDefault(language, List.of())
        .forEach(question -> byIndex.put(question.item().index(), question));
    return byIndex;
  }

  /** Everything there is, as rows of a table: by metric, then language, then grouping. */
  public List<Line> table() {
    List<Line> lines = new ArrayList<>();
    for (Metric metric : Metric.values()) {
      for (Language language : questions(metric).keySet()) {
        for (Grouping grouping : Grouping.values()) {
          groups(metric, grouping, language)
              .forEach(
                  (group, questions) ->
                      lines.add(
                          new Line(
                              metric,
                              language,
                              grouping,
                              group,
                              ScoredQuestion.score(questions),
                              ScoredQuestion.chance(questions))));
        }
      }
    }
    return lines;
  }

  private Map<Language, List<ScoredQuestion>> questions(Metric metric) {
    return switch (metric) {
      case PLAIN -> plain;
      case CIRCULAR -> circular;
      case PLAIN_ALL_ROWS -> allRows;
      case PAIRED -> paired;
    };
  }

  /**
   * Further published figures of a language's yes/no questions, by name, from 0 to 1 or as MME
   * counts; none for other questions.
   */
  public SortedMap<String, Double> figures(Language language) {
    return YesNoFigures.of(
        plain.getOrDefault(language, List.of()), paired.getOrDefault(language, List.of()));
  }

  /**
   * One row of a table of scores.
   *
   * @param group the category, l2-category or split; {@code overall} for all questions
   * @param chance the accuracy that guessing among the options gives, of this metric and group
   */
  public record Line(
      Metric metric,
      Language language,
      Grouping grouping,
      String group,
      Score score,
      double chance) {}
}
