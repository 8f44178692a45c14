package parrot.jobs.sweep;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import parrot.datasets.DataException;
import parrot.datasets.benchmark.BenchmarkFile;
import parrot.datasets.benchmark.BenchmarkItem;
import parrot.datasets.benchmark.BenchmarkName;
import parrot.datasets.benchmark.MatchingRule;
import parrot.datasets.benchmark.Prediction;
import parrot.datasets.benchmark.QuestionRows;
import parrot.datasets.matching.Match;
import parrot.datasets.matching.Reason;
import parrot.datasets.storage.FileSystems;
import parrot.jobs.evaluate.Cell;

/**
 * Some questions of every benchmark in every language, with what each model said. They are chosen
 * by their place in the file, not by their answers.
 */
final class SweepExamples {
  private static final int MOST = 100;
  private static final long BYTES = 1_500_000;
  private static final int QUESTION_BYTES = 700;
  private static final int ANSWER_BYTES = 90;

  /** How an answer counts. */
  enum Outcome {
    RIGHT,
    WRONG,
    REFUSED,
    UNPARSABLE,
    MISSING,
    /** The benchmark tells no right answer. */
    UNSCORED
  }

  /**
   * What a model said.
   *
   * @param option the letter that it counts as; empty for none
   */
  record Answer(String text, Outcome outcome, Optional<Character> option) {}

  /** A question with its answers by column. */
  record Example(BenchmarkName name, BenchmarkItem item, Map<Integer, Answer> answers) {}

  private final Map<BenchmarkName, Path> files;
  private final MatchingRule rule;
  private final int count;
  private final Map<String, Set<Long>> chosen = new HashMap<>();
  private final Map<BenchmarkName, TreeMap<Long, Example>> examples = new LinkedHashMap<>();

  /**
   * @param columns how many models there will be
   */
  SweepExamples(Map<BenchmarkName, Path> files, MatchingRule rule, int columns) {
    this.files = files;
    this.rule = rule;
    long benchmarks = files.keySet().stream().map(BenchmarkName::benchmark).distinct().count();
    long bytes = (long) files.size() * (QUESTION_BYTES + (long) ANSWER_BYTES * columns);
    this.count = (int) Math.max(1, Math.min(MOST / benchmarks, BYTES / bytes));
  }

  /** Adds what a model said. */
  void add(int column, List<Cell> cells) {
    for (Cell cell : cells) {
      if (cell.failed()) {
        continue;
      }
      Set<Long> indexes =
          chosen.computeIfAbsent(cell.name().benchmark(), name -> choose(cell.predictions()));
      Map<Long, Example> own = examples.computeIfAbsent(cell.name(), name -> new TreeMap<>());
      for (Prediction prediction : cell.predictions()) {
        if (indexes.contains(prediction.item().index())) {
          own.computeIfAbsent(
                  prediction.item().index(),
                  index -> new Example(cell.name(), prediction.item(), new TreeMap<>()))
              .answers()
              .put(column, answer(cell.name(), prediction));
        }
      }
    }
  }

  private Set<Long> choose(List<Prediction> predictions) {
    List<BenchmarkItem> items = predictions.stream().map(Prediction::item).toList();
    QuestionRows rows = QuestionRows.of(items);
    List<Long> indexes =
        items.stream().filter(rows::isQuestion).map(BenchmarkItem::index).sorted().toList();
    int some = Math.min(count, indexes.size());
    Set<Long> spread = new TreeSet<>();
    for (int i = 0; i < some; i++) {
      spread.add(indexes.get((int) ((2L * i + 1) * indexes.size() / (2L * some))));
    }
    return spread;
  }

  private Answer answer(BenchmarkName name, Prediction prediction) {
    Optional<Match> match = prediction.matched(rule, name.language());
    Set<Character> options = prediction.item().options().keySet();
    return new Answer(
        prediction.text().orElse(""),
        outcome(prediction, match, prediction.isRight(rule, name.language())),
        match.flatMap(Match::option).filter(options::contains));
  }

  private static Outcome outcome(Prediction prediction, Optional<Match> match, boolean right) {
    if (prediction.text().isEmpty()) {
      return Outcome.MISSING;
    }
    if (!prediction.item().hasAnswer()) {
      return Outcome.UNSCORED;
    }
    if (right) {
      return Outcome.RIGHT;
    }
    if (match.isEmpty()) {
      return Outcome.WRONG; // a short answer, which names nothing
    }
    return match.get().option().isEmpty()
        ? Outcome.UNPARSABLE
        : match.get().reason() == Reason.REFUSED ? Outcome.REFUSED : Outcome.WRONG;
  }

  /** All of them, the languages of a question after each other. */
  List<Example> all() {
    List<Example> all = new ArrayList<>();
    chosen.forEach(
        (benchmark, indexes) -> {
          for (long index : indexes) {
            examples.forEach(
                (name, own) -> {
                  if (name.benchmark().equals(benchmark) && own.containsKey(index)) {
                    all.add(own.get(index));
                  }
                });
          }
        });
    return all;
  }

  /** Files of the images, by hash; those that cannot be read are left out. */
  Map<String, byte[]> images(Configuration hadoop) {
    Map<String, byte[]> images = new HashMap<>();
    examples.forEach(
        (name, own) -> {
          Set<String> wanted =
              own.values().stream()
                  .map(example -> example.item().imageHash())
                  .filter(hash -> !hash.isEmpty() && !images.containsKey(hash))
                  .collect(Collectors.toSet());
          if (!wanted.isEmpty()) {
            read(name, hadoop).stream()
                .filter(item -> item.image() != null && wanted.contains(item.imageHash()))
                .forEach(item -> images.put(item.imageHash(), item.image()));
          }
        });
    return images;
  }

  private List<BenchmarkItem> read(BenchmarkName name, Configuration hadoop) {
    Path file = files.get(name);
    try {
      return BenchmarkFile.read(FileSystems.of(file, hadoop), file, name).items();
    } catch (DataException e) {
      return List.of(); // the tables say so already
    }
  }
}
