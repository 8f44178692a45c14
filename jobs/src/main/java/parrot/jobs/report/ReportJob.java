package parrot.jobs.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.datasets.DataException;
import parrot.datasets.benchmark.BenchmarkName;
import parrot.datasets.benchmark.Grouping;
import parrot.datasets.benchmark.MatchingRule;
import parrot.datasets.benchmark.Prediction;
import parrot.datasets.shard.Manifest;
import parrot.datasets.storage.FileSystems;
import parrot.jobs.evaluate.Difference;
import parrot.jobs.evaluate.EvaluationScores;
import parrot.jobs.evaluate.PredictionFiles;
import parrot.jobs.evaluate.TrainingScores;
import parrot.jobs.metrics.MetricsFile;
import parrot.jobs.report.ReportData.Accuracy;
import parrot.jobs.report.ReportData.Role;

/** Makes the report of a run from the files that it left. */
public final class ReportJob {
  /** The report's name in the folder of its run. */
  public static final String FILE_NAME = "report.html";

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Configuration configuration;
  private final FileSystem files;
  private final Path folder;
  private final RunIndex index;

  private ReportJob(Path folder, Configuration configuration) throws IOException {
    this.configuration = configuration;
    this.files = FileSystems.of(folder, configuration);
    this.folder = files.makeQualified(folder);
    this.index = RunIndex.read(files, this.folder);
  }

  /**
   * Writes {@value #FILE_NAME}, replacing one that is there.
   *
   * @param folder of a run, a training run or an evaluation
   * @param out the file to write; null for {@value #FILE_NAME} in the folder
   * @return the file
   * @throws DataException if a file that belongs to the report is missing or damaged
   */
  public static Path write(Path folder, Path out, Configuration configuration) throws IOException {
    ReportJob job = new ReportJob(folder, configuration);
    String html = ReportPage.render(job.data());
    Path file = out == null ? new Path(job.folder, FILE_NAME) : out;
    FileSystem target = FileSystems.of(file, configuration);
    FileSystems.writeText(target, file, html);
    return target.makeQualified(file);
  }

  private ReportData data() throws IOException {
    List<ReportData.Stage> stages = new ArrayList<>();
    Map<String, String> configurations = new LinkedHashMap<>();
    for (RunIndex.Training training : index.trainings()) {
      Path run = path(training.folder());
      stages.add(
          new ReportData.Stage(
              training.name(),
              training.description(),
              MetricsFile.read(FileSystems.of(run, configuration), run),
              accuracies(run)));
      Path config = new Path(run, "config.yaml");
      if (files.exists(config)) {
        configurations.put(training.name() + ": configuration", text(config));
      }
    }
    List<ReportData.Evaluation> evaluations = new ArrayList<>();
    for (RunIndex.Evaluated evaluated : index.evaluations()) {
      evaluations.addAll(evaluations(evaluated));
    }
    List<ReportData.DataSet> sets = new ArrayList<>();
    for (RunIndex.Data data : index.data()) {
      sets.add(dataSet(data));
    }
    List<ReportData.Asked> asked = new ArrayList<>();
    for (RunIndex.AskedQuestion one : index.asked()) {
      byte[] image = one.image().isEmpty() ? new byte[0] : bytes(path(one.image()));
      asked.add(
          new ReportData.Asked(
              one.language(), one.question(), one.answer(), Examples.mediaType(image), image));
    }
    return new ReportData(
        index.title(),
        index.subtitle(),
        stages,
        evaluations,
        comparisons(),
        examples(),
        asked,
        sets,
        configurations,
        index.versions(),
        index.timings(),
        index.commands());
  }

  private List<ReportData.AccuracyByStep> accuracies(Path run) throws IOException {
    Map<String, Map<String, SortedMap<Integer, Double>>> found = new LinkedHashMap<>();
    TrainingScores.read(FileSystems.of(run, configuration), run)
        .forEach(
            (step, scores) -> {
              for (EvaluationScores.Benchmark one : scores.benchmarks()) {
                for (EvaluationScores.Line line : one.lines(one.metric(), Grouping.OVERALL)) {
                  found
                      .computeIfAbsent(
                          one.benchmark() + ", " + one.metric(), name -> new LinkedHashMap<>())
                      .computeIfAbsent(line.language(), tag -> new TreeMap<>())
                      .put(step, line.accuracy());
                }
              }
            });
    return found.entrySet().stream()
        .map(one -> new ReportData.AccuracyByStep(one.getKey(), one.getValue()))
        .toList();
  }

  private Path path(String given) {
    return new Path(folder, given);
  }

  private byte[] bytes(Path file) throws IOException {
    return FileSystems.readFully(FileSystems.of(file, configuration), file, 1L << 30);
  }

  private String text(Path file) throws IOException {
    return FileSystems.readText(FileSystems.of(file, configuration), file, 1L << 30);
  }

  /** One for each benchmark of the evaluation. */
  private List<ReportData.Evaluation> evaluations(RunIndex.Evaluated evaluated) throws IOException {
    EvaluationScores scores = scores(evaluated);
    List<ReportData.Evaluation> evaluations = new ArrayList<>();
    for (EvaluationScores.Benchmark benchmark : scores.benchmarks()) {
      String name =
          scores.benchmarks().size() == 1
              ? evaluated.name()
              : evaluated.name() + ", " + benchmark.benchmark();
      Map<String, Accuracy> languages = new LinkedHashMap<>();
      for (EvaluationScores.Line line : benchmark.lines(benchmark.metric(), Grouping.OVERALL)) {
        languages.put(line.language(), accuracy(line));
      }
      for (EvaluationScores.Failure failure : benchmark.failures()) {
        languages.put(failure.language(), new Accuracy(0, 0, 0, 0, 0, 0, 0, 0, failure.problem()));
      }
      Map<String, Map<String, Accuracy>> categories = new TreeMap<>();
      for (EvaluationScores.Line line : benchmark.lines(benchmark.metric(), Grouping.CATEGORY)) {
        categories
            .computeIfAbsent(line.group(), group -> new LinkedHashMap<>())
            .put(line.language(), accuracy(line));
      }
      evaluations.add(
          new ReportData.Evaluation(
              name,
              evaluated.role(),
              benchmark.benchmark(),
              benchmark.metric(),
              Optional.ofNullable(benchmark.macroIntervals().get(benchmark.metric()))
                  .map(one -> new ReportData.Interval(one.low(), one.high(), one.clusters())),
              languages,
              categories,
              notes(benchmark, scores.rules())));
    }
    return evaluations;
  }

  private EvaluationScores scores(RunIndex.Evaluated evaluated) throws IOException {
    Path file = new Path(path(evaluated.folder()), EvaluationScores.FILE_NAME);
    return EvaluationScores.read(FileSystems.of(file, configuration), file);
  }

  private static List<String> notes(EvaluationScores.Benchmark benchmark, String rule) {
    List<String> notes = new ArrayList<>();
    if (!rule.equals(MatchingRule.PUBLISHED_2024.label())) {
      notes.add("Answers are matched to options by the rule " + rule);
    }
    for (String language : benchmark.unscored()) {
      notes.add(
          "%s is not scored: the benchmark tells no answers".formatted(Words.language(language)));
    }
    Map<String, List<EvaluationScores.Unanswered>> unanswered =
        benchmark.unanswered().stream()
            .collect(
                Collectors.groupingBy(
                    EvaluationScores.Unanswered::language,
                    LinkedHashMap::new,
                    Collectors.toList()));
    unanswered.forEach(
        (language, all) ->
            notes.add(
                "%s: %d questions could not be asked and count as wrong; the first is question %d: %s"
                    .formatted(
                        Words.language(language),
                        all.size(),
                        all.get(0).index(),
                        all.get(0).problem())));
    return notes;
  }

  private static Accuracy accuracy(EvaluationScores.Line line) {
    return new Accuracy(
        line.n(),
        line.accuracy(),
        line.low(),
        line.high(),
        line.chance(),
        line.unparsable(),
        line.refused(),
        line.missing(),
        "");
  }

  private List<ReportData.Comparison> comparisons() throws IOException {
    Map<String, RunIndex.Evaluated> evaluations = new LinkedHashMap<>();
    index.evaluations().forEach(one -> evaluations.put(one.name(), one));
    List<ReportData.Comparison> comparisons = new ArrayList<>();
    for (RunIndex.Compared compared : index.comparisons()) {
      for (String name : List.of(compared.name(), compared.than())) {
        if (!evaluations.containsKey(name)) {
          throw new DataException(
              "Cannot compare %s: there is no such evaluation in %s (got %s)"
                  .formatted(name, RunIndex.FILE_NAME, evaluations.keySet()));
        }
      }
      RunIndex.Evaluated first = evaluations.get(compared.name());
      RunIndex.Evaluated second = evaluations.get(compared.than());
      MatchingRule rule = commonRule(first, second);
      for (Difference one :
          PredictionFiles.compare(predictions(first), predictions(second), false, rule)) {
        comparisons.add(ReportData.Comparison.of(compared.name(), compared.than(), one));
      }
    }
    return comparisons;
  }

  private MatchingRule commonRule(RunIndex.Evaluated first, RunIndex.Evaluated second)
      throws IOException {
    EvaluationScores scores = scores(first);
    EvaluationScores other = scores(second);
    boolean inWords =
        scores.matchingInWords() != null && other.matchingInWords() != null
            || scores.hasYesNo()
            || other.hasYesNo();
    if (!scores.matching().equals(other.matching()) || inWords && scores.rule() != other.rule()) {
      throw new DataException(
          "Cannot compare %s with %s: their scores follow two rules of matching (%s and %s); score both by one, with parrot score --matching and --json"
              .formatted(first.name(), second.name(), scores.rules(), other.rules()));
    }
    return scores.matchingInWords() == null ? other.rule() : scores.rule();
  }

  private Map<BenchmarkName, List<Prediction>> predictions(RunIndex.Evaluated evaluated) {
    return PredictionFiles.read(path(evaluated.folder()).toString(), configuration);
  }

  private List<ReportData.Example> examples() throws IOException {
    if (index.benchmark().isEmpty()) {
      return List.of();
    }
    for (RunIndex.Evaluated evaluated : index.evaluations()) {
      if (evaluated.role() == Role.MAIN) {
        return Examples.choose(
            predictions(evaluated),
            scores(evaluated).rule(),
            path(index.benchmark()),
            configuration);
      }
    }
    return List.of();
  }

  private ReportData.DataSet dataSet(RunIndex.Data data) throws IOException {
    Path file = path(data.manifest());
    Manifest manifest = Manifest.fromJson(text(file), file.toString());
    Map<String, Long> languages = new LinkedHashMap<>();
    manifest.languages().forEach((tag, counts) -> languages.put(tag, counts.rows()));
    return new ReportData.DataSet(
        data.name(),
        manifest.totals().read(),
        manifest.totals().written(),
        manifest.totals().duplicate(),
        manifest.totals().rejected(),
        languages,
        manifest.rejected());
  }
}
