package parrot.jobs.evaluate;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.datasets.DataException;
import parrot.datasets.UsageException;
import parrot.datasets.benchmark.BenchmarkItem;
import parrot.datasets.benchmark.Grouping;
import parrot.datasets.benchmark.LanguageFidelity;
import parrot.datasets.benchmark.MacroAverage;
import parrot.datasets.benchmark.MatchingRule;
import parrot.datasets.benchmark.Metric;
import parrot.datasets.benchmark.Prediction;
import parrot.datasets.benchmark.Score;
import parrot.datasets.benchmark.Scores;
import parrot.datasets.language.Language;
import parrot.datasets.storage.FileSystems;

/**
 * The scores of an evaluation, as they lie in {@value #FILE_NAME}.
 *
 * @param model the model's folder; empty where predictions alone were scored
 * @param fingerprint of the model
 * @param generation how answers were generated
 * @param blank whether the model saw blank images
 * @param matching the {@linkplain MatchingRule#label name} of the rules by which answers count as
 *     options; that of 2024 if read from an older file
 * @param matchingInWords the name of the rules by which answers in words count beside likelihoods;
 *     null if they are those of {@code matching}
 */
public record EvaluationScores(
    String model,
    String fingerprint,
    String generation,
    boolean blank,
    String matching,
    @JsonProperty("asked") @JsonInclude(JsonInclude.Include.NON_NULL) String matchingInWords,
    List<Benchmark> benchmarks) {
  public static final String FILE_NAME = "scores.json";

  /** Among the figures: the share of answers in the language of their question. */
  static final String FIDELITY = "language fidelity";

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  public EvaluationScores {
    matching = matching == null ? MatchingRule.PUBLISHED_2024.label() : matching;
    matchingInWords = matching.equals(matchingInWords) ? null : matchingInWords;
  }

  /**
   * The scores on one benchmark in all languages.
   *
   * @param metric by which its results are published
   * @param macroAverage mean of the languages' accuracies, by metric
   * @param macroIntervals its 95 % intervals, by metric; empty if read from an older file
   * @param lines by metric, language, and group of questions
   * @param reasons by language, how many answers count as they do for which reason
   * @param failures files without scores
   * @param unanswered questions that could not be asked, each of them missing in its scores
   * @param unscored languages whose files tell no answers: their predictions are to be submitted
   * @param figures by language, what else is published of such questions: see {@link
   *     Scores#figures}, and the {@linkplain LanguageFidelity share} of answers in its language
   */
  public record Benchmark(
      String benchmark,
      String metric,
      Map<String, Double> macroAverage,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, Interval> macroIntervals,
      List<Line> lines,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, Map<String, Integer>> reasons,
      List<Failure> failures,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Unanswered> unanswered,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> unscored,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, Map<String, Double>> figures) {
    public Benchmark {
      macroIntervals = macroIntervals == null ? Map.of() : macroIntervals;
      reasons = reasons == null ? Map.of() : reasons;
      unanswered = unanswered == null ? List.of() : List.copyOf(unanswered);
      unscored = unscored == null ? List.of() : List.copyOf(unscored);
      figures = figures == null ? Map.of() : figures;
    }

    /** Lines of a metric and a grouping. */
    public List<Line> lines(String metric, Grouping grouping) {
      return lines.stream()
          .filter(line -> line.metric().equals(metric) && line.grouping().equals(grouping.column()))
          .toList();
    }
  }

  /**
   * One score; see {@link Score}.
   *
   * @param group the category, l2-category or split; {@code overall} for all questions
   * @param low lower end of Wilson's 95 % interval
   * @param chance the accuracy of guessing among the options
   */
  public record Line(
      String metric,
      String language,
      String grouping,
      String group,
      int n,
      int hits,
      double accuracy,
      double low,
      double high,
      double chance,
      int unparsable,
      int refused,
      int missing) {}

  /**
   * A 95 % interval.
   *
   * @param clusters of answers that are not independent; see {@link MacroAverage}
   */
  public record Interval(double low, double high, int clusters) {
    private static Interval of(MacroAverage average) {
      return new Interval(average.low(), average.high(), average.clusters());
    }
  }

  /** A benchmark file that has no scores, and why. */
  public record Failure(String language, String problem) {}

  /** A question that could not be asked, or has no right answer, and why. */
  public record Unanswered(String language, long index, String problem) {}

  /**
   * The rules to score the same predictions by again: of answers in words, if there are some beside
   * likelihoods.
   *
   * @throws DataException if there are none of that name
   */
  public MatchingRule rule() {
    return rule(matchingInWords == null ? matching : matchingInWords);
  }

  private MatchingRule rule(String name) {
    try {
      return MatchingRule.of(name);
    } catch (UsageException e) {
      throw new DataException(
          "Cannot use %s of %s: %s; score again".formatted(FILE_NAME, model, e.getMessage()), e);
    }
  }

  /** Whether there are yes/no questions, which are also answered in words beside likelihoods. */
  public boolean hasYesNo() {
    return benchmarks.stream()
        .flatMap(one -> one.figures().values().stream())
        .anyMatch(figures -> !Set.of(FIDELITY).containsAll(figures.keySet()));
  }

  /**
   * The rules by which answers count, in words.
   *
   * @throws DataException if there are none of that name
   */
  public String rules() {
    String label = rule(matching).label();
    return matchingInWords == null
        ? label
        : label + ", and " + rule().label() + " for answers in words";
  }

  /** Scores predictions of one model, benchmark by benchmark. */
  static List<Benchmark> of(List<Cell> cells, boolean circular, MatchingRule rule) {
    Map<String, List<Cell>> byBenchmark = new LinkedHashMap<>();
    for (Cell cell : cells) {
      byBenchmark.computeIfAbsent(cell.name().benchmark(), name -> new ArrayList<>()).add(cell);
    }
    List<Benchmark> benchmarks = new ArrayList<>();
    byBenchmark.forEach((name, own) -> benchmarks.add(benchmark(name, own, circular, rule)));
    return benchmarks;
  }

  private static Benchmark benchmark(
      String name, List<Cell> cells, boolean circular, MatchingRule rule) {
    List<Failure> failures = new ArrayList<>();
    List<Unanswered> unanswered = new ArrayList<>();
    List<String> unscored = new ArrayList<>();
    for (Cell cell : cells) {
      String tag = cell.name().language().tag();
      if (!cell.failed() && !cell.hasAnswers()) {
        unscored.add(tag);
      }
      for (BenchmarkItem item : cell.withProblem()) {
        unanswered.add(new Unanswered(tag, item.index(), item.problem().orElseThrow()));
      }
      cell.problem().ifPresent(problem -> failures.add(new Failure(tag, problem)));
    }
    Map<Language, List<Prediction>> predictions = predictions(cells);
    predictions.entrySet().removeIf(one -> problem(one).map(failures::add).orElse(false));
    Metric metric = circular ? Metric.CIRCULAR : Metric.publishedFor(name);
    Map<String, Double> macro = new TreeMap<>();
    Map<String, Interval> intervals = new TreeMap<>();
    List<Line> lines = new ArrayList<>();
    Map<String, Map<String, Integer>> reasons = new TreeMap<>();
    Map<String, Map<String, Double>> figures = new TreeMap<>();
    if (!predictions.isEmpty()) {
      Scores scores = Scores.of(predictions, rule);
      if (circular && !scores.hasRotations()) {
        throw new DataException(
            "Cannot score %s circularly: the predictions have no rotations of the options (evaluate with --circular)"
                .formatted(name));
      }
      if (!scores.hasRotations()) {
        metric = Metric.PLAIN;
      }
      for (Language language : scores.languages()) {
        if (scores.score(metric, language).isEmpty()) {
          failures.add(
              new Failure(
                  language.tag(),
                  "no %s score: its predictions have no rotations of the options, those of other languages have"
                      .formatted(metric.label())));
        }
      }
      for (Metric one : Metric.values()) {
        scores
            .macroAverage(one)
            .ifPresent(
                average -> {
                  macro.put(one.label(), average.accuracy());
                  intervals.put(one.label(), Interval.of(average));
                });
      }
      for (Language language : scores.languages()) {
        Map<String, Integer> counts = new LinkedHashMap<>();
        scores.reasons(language).forEach((reason, count) -> counts.put(reason.label(), count));
        reasons.put(language.tag(), counts);
        Map<String, Double> own = new TreeMap<>(scores.figures(language));
        LanguageFidelity.of(predictions.get(language), language)
            .ifPresent(share -> own.put(FIDELITY, share));
        if (!own.isEmpty()) {
          figures.put(language.tag(), own);
        }
      }
      for (Scores.Line line : scores.table()) {
        lines.add(line(line));
      }
    }
    return new Benchmark(
        name,
        metric.label(),
        macro,
        intervals,
        lines,
        reasons,
        failures,
        unanswered,
        unscored,
        figures);
  }

  /** Why the predictions of a language cannot be scored, though they were read. */
  private static Optional<Failure> problem(Map.Entry<Language, List<Prediction>> language) {
    try {
      Scores.requireScorable(language.getKey(), language.getValue());
      return Optional.empty();
    } catch (DataException e) {
      return Optional.of(new Failure(language.getKey().tag(), e.getMessage()));
    }
  }

  /** Predictions of the cells that can be scored, by language. */
  static Map<Language, List<Prediction>> predictions(List<Cell> cells) {
    Map<Language, List<Prediction>> predictions = new TreeMap<>();
    cells.stream()
        .filter(cell -> !cell.failed() && cell.hasAnswers())
        .forEach(cell -> predictions.put(cell.name().language(), cell.predictions()));
    return predictions;
  }

  private static Line line(Scores.Line line) {
    Score score = line.score();
    return new Line(
        line.metric().label(),
        line.language().tag(),
        line.grouping().column(),
        line.group(),
        score.n(),
        score.hits(),
        score.accuracy(),
        score.low(),
        score.high(),
        line.chance(),
        score.parseFailures(),
        score.refusals(),
        score.missing());
  }

  /** Benchmark files without scores. */
  public int failed() {
    return benchmarks.stream().mapToInt(one -> one.failures().size()).sum();
  }

  /** Questions that could not be asked. */
  public int unasked() {
    return benchmarks.stream().mapToInt(one -> one.unanswered().size()).sum();
  }

  /**
   * @throws DataException if files or questions could not be evaluated, saying how many
   */
  void requireComplete() {
    requireComplete(failed(), unasked());
  }

  /**
   * @throws DataException if one of the numbers is not 0
   */
  public static void requireComplete(int failedFiles, int unaskedQuestions) {
    List<String> problems = new ArrayList<>();
    if (failedFiles > 0) {
      problems.add("%d files have no scores".formatted(failedFiles));
    }
    if (unaskedQuestions > 0) {
      problems.add(
          "%d questions could not be asked and count as wrong".formatted(unaskedQuestions));
    }
    if (!problems.isEmpty()) {
      throw new DataException(
          "Not everything could be evaluated: %s; the tables say why"
              .formatted(String.join(", and ", problems)));
    }
  }

  /**
   * @throws DataException if the file does not exist or is not one of this program
   */
  public static EvaluationScores read(FileSystem files, Path file) throws IOException {
    try {
      return JSON.readValue(FileSystems.readFully(files, file, 1L << 30), EvaluationScores.class);
    } catch (JsonProcessingException e) {
      throw new DataException(
          "Cannot read %s: it holds no scores (%s)".formatted(file, e.getOriginalMessage()), e);
    }
  }

  /** Replaces the file. */
  void write(FileSystem files, Path file) throws IOException {
    FileSystems.writeText(files, file, JSON.writeValueAsString(this) + "\n");
  }
}
