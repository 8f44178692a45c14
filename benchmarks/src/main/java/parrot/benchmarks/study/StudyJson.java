package parrot.benchmarks.study;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import parrot.datasets.benchmark.Metric;
import parrot.datasets.benchmark.Scores;

/** A study's results for programs: every cell by itself, and every difference. */
final class StudyJson {
  private StudyJson() {}

  static ObjectNode of(
      StudyFile study,
      List<Cell> cells,
      Results results,
      List<Comparison> comparisons,
      Map<String, String> failures) {
    ObjectNode json = StudyFolder.JSON.createObjectNode();
    json.put("question", study.question());
    study.seeds().forEach(json.putArray("seeds")::add);
    json.putArray("cells").addAll(cells.stream().map(cell -> cell(study, cell, results)).toList());
    json.putArray("comparisons").addAll(comparisons.stream().map(StudyJson::comparison).toList());
    failures.forEach(json.putObject("failures")::put);
    return json;
  }

  private static ObjectNode cell(StudyFile study, Cell cell, Results results) {
    ObjectNode json = StudyFolder.JSON.createObjectNode();
    cell.place().forEach(json.putObject("place")::put);
    json.put("seed", cell.seed());
    ObjectNode accuracy = json.putObject("accuracy");
    study
        .scores()
        .forEach(
            name ->
                results
                    .scores(cell.ends().get(name))
                    .ifPresent(scores -> accuracy.set(name, byLanguage(scores))));
    ObjectNode figures = json.putObject("figures");
    study
        .figures()
        .forEach(
            (name, figure) ->
                StudyPage.figure(cell, figure, results)
                    .ifPresent(value -> figures.put(name, value)));
    return json;
  }

  private static ObjectNode byLanguage(Scores scores) {
    ObjectNode json = StudyFolder.JSON.createObjectNode();
    scores
        .languages()
        .forEach(
            language ->
                scores
                    .score(Metric.PLAIN, language)
                    .ifPresent(score -> json.put(language.tag(), score.accuracy())));
    return json;
  }

  private static ObjectNode comparison(Comparison comparison) {
    ObjectNode json = StudyFolder.JSON.createObjectNode();
    json.put("score", comparison.score());
    comparison.place().forEach(json.putObject("place")::put);
    json.put("axis", comparison.axis());
    json.put("baseline", comparison.baseline());
    json.put("value", comparison.value());
    json.putArray("differences")
        .addAll(comparison.differences().stream().map(StudyJson::difference).toList());
    return json;
  }

  private static ObjectNode difference(Difference difference) {
    ObjectNode json = StudyFolder.JSON.createObjectNode();
    json.put("languages", difference.languages());
    json.put("difference", difference.comparison().difference());
    json.put("low", difference.comparison().low());
    json.put("high", difference.comparison().high());
    json.put("p", difference.pValue());
    json.put("seeds", difference.seeds().seeds());
    if (difference.seeds().seeds() > 1) {
      json.put("seeds_low", difference.seeds().low());
      json.put("seeds_high", difference.seeds().high());
    }
    json.put("smallest_difference", difference.comparison().smallestDifference());
    json.put("verdict", difference.verdict());
    return json;
  }
}
