package parrot.benchmarks.study;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;
import parrot.datasets.benchmark.Metric;
import parrot.datasets.benchmark.Scores;
import parrot.datasets.language.Language;

/** A study's results as one page and one table: accuracies, figures, and differences. */
final class StudyPage {
  private static final String STYLE =
      """
      body{font:15px/1.5 sans-serif;max-width:75em;margin:2em auto;padding:0 1em}
      table{border-collapse:collapse;font-size:13px}
      td,th{padding:.2em .6em;border-bottom:1px solid #ddd;text-align:left;white-space:nowrap}
      .zero{stroke:#999}.interval{stroke:#26c;stroke-width:2}circle{fill:#26c}
      """;

  private static final String COMPARED =
      "In percentage points. The interval is a 95 % one over all questions and seeds, clustered by"
          + " question; p is McNemar's by question, after Holm over languages. Beside it stands"
          + " Student's 95 % interval over seeds. A difference is called better or worse only if p"
          + " is below 0.05 and both intervals exclude 0. Shown by these questions at 80 % power:"
          + " the smallest true difference that four of five such benchmarks would find.";

  private final StudyFile study;
  private final List<Cell> cells;
  private final StudyFolder folder;
  private final Results results;

  StudyPage(StudyFile study, List<Cell> cells, StudyFolder folder) {
    this.study = study;
    this.cells = cells;
    this.folder = folder;
    this.results = new Results(folder);
  }

  /**
   * Writes {@code study.html}, {@code study.md} and {@code study.json} from what is done.
   *
   * @param failures why steps failed, by their id
   */
  void write(Map<String, String> failures) throws IOException {
    List<Comparison> comparisons = Comparison.of(study, cells, results);
    List<Sheet> sheets = new ArrayList<>();
    study.scores().forEach(score -> sheets.add(accuracies(score)));
    if (!study.figures().isEmpty()) {
      sheets.add(figures());
    }
    comparisons.stream().map(this::differences).forEach(sheets::add);
    if (!failures.isEmpty()) {
      Sheet failed = new Sheet("Steps that failed", "", List.of("step", "why"));
      failures.forEach((step, why) -> failed.add(List.of(step, why)));
      sheets.add(failed);
    }
    String state = state();
    StringBuilder markdown = new StringBuilder("# " + study.question() + "\n\n" + state + "\n");
    StringBuilder html = new StringBuilder("<!doctype html><meta charset=\"utf-8\"><title>");
    html.append(Sheet.escape(study.question())).append("</title><style>").append(STYLE);
    html.append("</style>\n<h1>").append(Sheet.escape(study.question())).append("</h1>\n<p>");
    html.append(Sheet.escape(state)).append("</p>\n");
    for (Sheet sheet : sheets) {
      if (!sheet.isEmpty()) {
        markdown.append("\n").append(sheet.markdown());
        html.append(sheet.html());
      }
    }
    StudyFolder.write(folder.path().resolve("study.md"), markdown.toString());
    StudyFolder.write(folder.path().resolve("study.html"), html.toString());
    StudyFolder.write(
        folder.path().resolve("study.json"),
        StudyFolder.JSON.writeValueAsString(
                StudyJson.of(study, cells, results, comparisons, failures))
            + "\n");
  }

  private String state() throws IOException {
    long done = cells.stream().filter(this::isDone).count();
    Set<String> commits = new TreeSet<>();
    for (Cell cell : cells) {
      for (Step end : cell.ends().values()) {
        if (folder.isDone(end)) {
          commits.add(folder.commit(end));
        }
      }
    }
    return "%d of %d cells are done, with seeds %s. Made with commit %s."
        .formatted(done, cells.size(), study.seeds(), String.join(", ", commits));
  }

  private boolean isDone(Cell cell) {
    return cell.ends().values().stream().allMatch(folder::isDone);
  }

  private Sheet accuracies(String score) {
    Set<Language> asked = new TreeSet<>();
    cells.forEach(
        cell ->
            results.scores(cell.ends().get(score)).map(Scores::languages).ifPresent(asked::addAll));
    Map<String, List<Language>> columns = new LinkedHashMap<>();
    asked.forEach(language -> columns.put(language.tag(), List.of(language)));
    columns.putAll(Comparison.groups(study, List.copyOf(asked)));
    List<String> heads = new ArrayList<>(study.axes().keySet());
    heads.addAll(columns.keySet());
    heads.add("seeds");
    Sheet sheet =
        new Sheet(
            "Accuracy: " + score,
            "In %, the mean over seeds and its deviation between them.",
            heads);
    rows(
        sheet,
        place ->
            columns.values().stream()
                .map(
                    languages ->
                        (Function<Cell, OptionalDouble>)
                            cell -> accuracy(cell, score, languages, results))
                .toList(),
        100);
    return sheet;
  }

  /** The mean accuracy over languages; empty as long as it is not known. */
  static OptionalDouble accuracy(
      Cell cell, String score, List<Language> languages, Results results) {
    Optional<Scores> scores = results.scores(cell.ends().get(score));
    return scores.isEmpty()
        ? OptionalDouble.empty()
        : languages.stream()
            .flatMap(language -> scores.get().score(Metric.PLAIN, language).stream())
            .mapToDouble(one -> one.accuracy())
            .average();
  }

  private Sheet figures() {
    List<String> heads = new ArrayList<>(study.axes().keySet());
    heads.addAll(study.figures().keySet());
    heads.add("seeds");
    Sheet sheet =
        new Sheet("Figures", "The mean over seeds and its deviation between them.", heads);
    rows(
        sheet,
        place ->
            study.figures().values().stream()
                .map(
                    figure ->
                        (Function<Cell, OptionalDouble>) cell -> figure(cell, figure, results))
                .toList(),
        1);
    return sheet;
  }

  static OptionalDouble figure(Cell cell, StudyFile.Figure figure, Results results) {
    Step step = cell.ends().get(figure.step());
    return step == null ? OptionalDouble.empty() : results.figure(step, figure.at());
  }

  /** A row for each place of which anything is known. */
  private void rows(
      Sheet sheet,
      Function<Map<String, String>, List<Function<Cell, OptionalDouble>>> columns,
      double scale) {
    for (Map<String, String> place : study.places()) {
      List<Cell> seeds = cells.stream().filter(cell -> cell.place().equals(place)).toList();
      List<String> row = new ArrayList<>(place.values());
      int most = 0;
      for (Function<Cell, OptionalDouble> column : columns.apply(place)) {
        List<Double> values = seeds.stream().map(column).flatMap(v -> v.stream().boxed()).toList();
        most = Math.max(most, values.size());
        row.add(mean(values, scale));
      }
      row.add(Integer.toString(most));
      if (most > 0) {
        sheet.add(row);
      }
    }
  }

  private static String mean(List<Double> values, double scale) {
    if (values.isEmpty()) {
      return "-";
    }
    double mean = values.stream().mapToDouble(one -> one).average().orElseThrow() * scale;
    double squares = values.stream().mapToDouble(v -> Math.pow(v * scale - mean, 2)).sum();
    String form = scale == 100 ? "%.1f" : Math.abs(mean) < 0.01 ? "%.2e" : "%.3f";
    String text = String.format(Locale.ROOT, form, mean);
    return values.size() < 2
        ? text
        : text + " ± " + String.format(Locale.ROOT, form, Math.sqrt(squares / (values.size() - 1)));
  }

  private Sheet differences(Comparison comparison) {
    String place = Cell.words(comparison.place());
    Sheet sheet =
        new Sheet(
            "%s: %s %s against %s%s"
                .formatted(
                    comparison.score(),
                    comparison.axis(),
                    comparison.value(),
                    comparison.baseline(),
                    place.isEmpty() ? "" : ", with " + place),
            COMPARED,
            List.of(
                "languages",
                "difference",
                "interval",
                "p",
                "seeds",
                "interval of seeds",
                "could have shown",
                "verdict"));
    double most =
        comparison.differences().stream()
            .flatMap(one -> Stream.of(one.comparison().low(), one.comparison().high()))
            .mapToDouble(Math::abs)
            .max()
            .orElse(1);
    for (Difference one : comparison.differences()) {
      SeedSpread seeds = one.seeds();
      sheet.add(
          List.of(
              one.languages(),
              points(one.comparison().difference()),
              points(one.comparison().low()) + " to " + points(one.comparison().high()),
              String.format(Locale.ROOT, "%.3f", one.pValue()),
              Integer.toString(seeds.seeds()),
              seeds.seeds() < 2 ? "-" : points(seeds.low()) + " to " + points(seeds.high()),
              String.format(Locale.ROOT, "%.1f", 100 * one.comparison().smallestDifference()),
              one.verdict()),
          new Sheet.Bar(
              one.comparison().low(),
              one.comparison().difference(),
              one.comparison().high(),
              most));
    }
    return sheet;
  }

  private static String points(double share) {
    return String.format(Locale.ROOT, "%+.1f", 100 * share);
  }
}
