package parrot.benchmarks.study;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import parrot.datasets.DataException;
import parrot.datasets.UsageException;
import parrot.datasets.language.Language;
import parrot.model.config.ConfigSource;
import parrot.model.config.StrictMap;

/**
 * A study as its file describes it.
 *
 * @param question what it is to answer, in one sentence
 * @param steps settings of each step by name; {@code run} is its command
 * @param axes by name, the changes to {@code steps} that each value makes
 * @param groups languages that are also compared together, by name
 * @param scores names of {@code evaluate} steps whose answers are compared
 * @param figures further numbers, by name
 * @param contrasts what is compared with what
 */
record StudyFile(
    String question,
    List<Long> seeds,
    ObjectNode steps,
    Map<String, Map<String, ObjectNode>> axes,
    Map<String, List<Language>> groups,
    List<String> scores,
    Map<String, Figure> figures,
    List<Contrast> contrasts) {

  /**
   * A number that a step's result tells.
   *
   * @param at a JSON pointer into the last line of {@code metrics.jsonl} that has it, or into
   *     {@code scores.json}
   */
  record Figure(String step, String at) {}

  /** Each value of an axis is compared with its baseline, all other axes being equal. */
  record Contrast(String axis, String baseline) {}

  /**
   * Reads a study.
   *
   * @param smoke whether the sections {@code smoke} make it small
   * @throws UsageException naming the key that is wrong
   */
  static StudyFile read(Path file, boolean smoke) {
    ObjectNode root = StudyYaml.read(file, smoke);
    String place = " in " + file.getFileName();
    return of(
        new StrictMap(
            root,
            new ConfigSource(place, key -> "Missing key " + key + place, UsageException::new)));
  }

  private static StudyFile of(StrictMap map) {
    StudyFile study =
        new StudyFile(
            map.text("question"),
            seeds(map),
            map.anything("steps"),
            axes(map),
            groups(map.map("groups")),
            map.texts("scores"),
            figures(map.map("figures")),
            contrasts(map));
    if (study.scores.isEmpty()) {
      throw map.invalid("scores", "nothing", "names of evaluate steps");
    }
    study.contrasts.forEach(
        one -> {
          Map<String, ObjectNode> values = study.axes.get(one.axis());
          if (values == null) {
            throw map.invalid("compare", one.axis(), "an axis, one of " + study.axes.keySet());
          }
          if (!values.containsKey(one.baseline())) {
            throw map.invalid(
                "compare", one.baseline(), "a value of " + one.axis() + ": " + values.keySet());
          }
        });
    map.refuseOthers();
    return study;
  }

  private static List<Long> seeds(StrictMap map) {
    Set<Long> seeds = new LinkedHashSet<>();
    for (double seed : map.numbers("seeds")) {
      if (seed != Math.rint(seed) || !seeds.add((long) seed)) {
        throw map.invalid("seeds", seed, "whole numbers, each once");
      }
    }
    return seeds.isEmpty() ? List.of(1L) : List.copyOf(seeds);
  }

  private static Map<String, Map<String, ObjectNode>> axes(StrictMap map) {
    Map<String, Map<String, ObjectNode>> axes = new LinkedHashMap<>();
    StrictMap given = map.map("axes");
    for (String axis : given.keys()) {
      StrictMap changes = given.map(axis);
      Map<String, ObjectNode> values = new LinkedHashMap<>();
      changes.keys().forEach(value -> values.put(value, changes.anything(value)));
      if (values.isEmpty()) {
        throw map.invalid("axes." + axis, "nothing", "at least one value");
      }
      axes.put(axis, values);
    }
    return axes;
  }

  private static Map<String, List<Language>> groups(StrictMap map) {
    Map<String, List<Language>> groups = new LinkedHashMap<>();
    for (String name : map.keys()) {
      groups.put(name, map.texts(name).stream().map(tag -> language(map, name, tag)).toList());
    }
    return groups;
  }

  private static Language language(StrictMap map, String key, String tag) {
    try {
      return Language.of(tag);
    } catch (DataException e) {
      throw map.invalid(key, tag, "tags of languages, such as en");
    }
  }

  private static Map<String, Figure> figures(StrictMap map) {
    Map<String, Figure> figures = new LinkedHashMap<>();
    for (String name : map.keys()) {
      String at = map.map(name).text("at");
      if (!at.startsWith("/")) {
        throw map.invalid(name + ".at", at, "a JSON pointer, such as /held_out/loss");
      }
      figures.put(name, new Figure(map.map(name).text("step"), at));
    }
    return figures;
  }

  private static List<Contrast> contrasts(StrictMap map) {
    List<Contrast> contrasts = new ArrayList<>();
    for (StrictMap one : map.maps("compare", "axis")) {
      contrasts.add(new Contrast(one.text("axis"), one.text("baseline")));
    }
    return contrasts;
  }

  /**
   * All combinations, one seed after the other, so that a study that is not finished has whole
   * grids.
   *
   * @param parts tells the pretrained parts from others
   * @throws UsageException if a step is wrong, or nothing in any cell needs one
   */
  List<Cell> cells(String parts) {
    List<Cell> cells = new ArrayList<>();
    Set<String> used = new LinkedHashSet<>();
    Set<String> named = new LinkedHashSet<>();
    for (long seed : seeds) {
      for (Map<String, String> place : places()) {
        ObjectNode changed = steps;
        for (Map.Entry<String, String> one : place.entrySet()) {
          changed = Patch.merge(changed, axes.get(one.getKey()).get(one.getValue()));
        }
        changed.fieldNames().forEachRemaining(named::add);
        CellSteps made = new CellSteps(changed, constants(place, seed), parts);
        Map<String, Step> ends = new LinkedHashMap<>();
        for (String name : scores) {
          ends.put(name, requireEvaluation(made.step(name)));
        }
        for (Figure figure : figures.values()) {
          if (changed.has(figure.step())) {
            ends.put(figure.step(), made.step(figure.step()));
          }
        }
        cells.add(new Cell(place, seed, ends));
        ends.values().forEach(step -> collect(step, used));
      }
    }
    named.removeAll(used);
    if (!named.isEmpty()) {
      throw new UsageException(
          "Invalid steps: %s are needed by no score and no figure, in no cell".formatted(named));
    }
    for (Map.Entry<String, Figure> figure : figures.entrySet()) {
      if (!used.contains(figure.getValue().step())) {
        throw new UsageException(
            "Invalid figures.%s.step: %s (must be one of %s)"
                .formatted(figure.getKey(), figure.getValue().step(), used));
      }
    }
    return cells;
  }

  private static Map<String, String> constants(Map<String, String> place, long seed) {
    Map<String, String> constants = new LinkedHashMap<>(place);
    constants.put("seed", Long.toString(seed));
    return constants;
  }

  private static Step requireEvaluation(Step step) {
    if (step.kind() != StepKind.EVALUATE) {
      throw new UsageException(
          "Invalid scores: %s (must be steps that run evaluate)".formatted(step.name()));
    }
    return step;
  }

  private static void collect(Step step, Set<String> names) {
    names.add(step.name());
    step.needs().values().forEach(need -> collect(need, names));
  }

  /** Every combination of the axes' values, the last axis turning first. */
  List<Map<String, String>> places() {
    List<Map<String, String>> places = List.of(Map.of());
    for (Map.Entry<String, Map<String, ObjectNode>> axis : axes.entrySet()) {
      List<Map<String, String>> longer = new ArrayList<>();
      for (Map<String, String> place : places) {
        for (String value : axis.getValue().keySet()) {
          Map<String, String> one = new LinkedHashMap<>(place);
          one.put(axis.getKey(), value);
          longer.add(one);
        }
      }
      places = longer;
    }
    return places;
  }
}
