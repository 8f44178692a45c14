package parrot.jobs.evaluate;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.datasets.DataException;
import parrot.datasets.benchmark.BenchmarkFile;
import parrot.datasets.benchmark.BenchmarkItem;
import parrot.datasets.benchmark.BenchmarkName;
import parrot.datasets.benchmark.Metric;
import parrot.datasets.benchmark.Prediction;
import parrot.datasets.benchmark.PredictionFile;
import parrot.datasets.benchmark.QuestionRows;
import parrot.datasets.storage.Digests;
import parrot.datasets.storage.FileSystems;

/** One benchmark file from its questions to its predictions. */
final class BenchmarkAsking implements AutoCloseable {
  private final BenchmarkName name;
  private final Path file;
  private final PredictionStore store;
  private final PredictionKey key;
  private final Question.Plan plan;
  private final AnswerKeys keys;
  private final Optional<List<Prediction>> kept;
  private final Map<String, String> known;
  private final Map<Long, String> problems = new HashMap<>();
  private AnswerFile journal; // null until the first answer

  private BenchmarkAsking(
      BenchmarkName name, Path file, PredictionStore store, PredictionKey key, Question.Plan plan)
      throws IOException {
    this.name = name;
    this.file = file;
    this.store = store;
    this.key = key;
    this.plan = plan;
    this.kept = store.find(name, key);
    this.keys = new AnswerKeys(key, plan.questions());
    this.known = kept.isPresent() ? Map.of() : store.answers(name, key, keys);
  }

  /**
   * Reads the file and what was answered before.
   *
   * @param fingerprint of the model
   * @throws DataException if the file cannot be read
   */
  static BenchmarkAsking open(
      BenchmarkName name,
      Path file,
      String fingerprint,
      EvaluateJob.Request request,
      PredictionStore store,
      Configuration configuration)
      throws IOException {
    FileSystem files = FileSystems.of(file, configuration);
    BenchmarkFile benchmark = BenchmarkFile.read(files, file, name);
    Question.Plan plan =
        plan(name, benchmark, request.circular(), request.limit(), request.options());
    PredictionKey key =
        PredictionKey.of(
            fingerprint,
            Digests.sha256(files, file)
                + benchmark.imageFiles().map(images -> " and images " + images).orElse(""),
            plan.questions(),
            request.options());
    return new BenchmarkAsking(name, file, store, key, plan);
  }

  /**
   * What is asked of a file.
   *
   * @param limit questions to ask, the first ones; 0 for all
   */
  static Question.Plan plan(
      BenchmarkName name,
      BenchmarkFile benchmark,
      boolean circular,
      int limit,
      AnsweringOptions options) {
    List<BenchmarkItem> items =
        limit > 0 ? QuestionRows.first(benchmark.items(), limit) : benchmark.items();
    boolean rotate = circular || Metric.publishedFor(name.benchmark()) == Metric.CIRCULAR;
    return Question.plan(name, items, rotate, options);
  }

  BenchmarkName name() {
    return name;
  }

  /** What is still to ask. */
  List<Question> open() {
    return kept.isPresent() ? List.of() : keys.open(plan.questions(), known);
  }

  /** Keeps answers, so that they survive when this process is killed. */
  void keep(List<Question.Answer> answers) {
    Map<String, String> fresh = new LinkedHashMap<>();
    for (Question.Answer answer : answers) {
      if (answer.text() == null) {
        problems.put(answer.index(), answer.problem());
      } else {
        fresh.put(keys.of(answer.index()), answer.text());
      }
    }
    known.putAll(fresh);
    try {
      if (journal == null) {
        journal = store.journal(name);
      }
      journal.add(fresh);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot keep answers: " + e.getMessage(), e);
    }
  }

  /**
   * Writes the predictions, unless they are there.
   *
   * @throws DataException if no question could be asked
   */
  Cell finish() throws IOException {
    if (kept.isPresent()) {
      // The benchmark knows which questions share an image; what was kept does not.
      return Cell.of(name, PredictionFile.complete(plan.items(), kept.get()), true);
    }
    List<Prediction> predictions = new ArrayList<>();
    Map<String, String> given = new LinkedHashMap<>();
    for (BenchmarkItem item : plan.items()) {
      String answerKey = keys.of(item.index());
      String text = known.get(answerKey);
      if (text == null) {
        String reason = problems.get(item.index());
        predictions.add(Prediction.missing(reason == null ? item : item.withProblem(reason)));
      } else {
        predictions.add(Prediction.of(item, text));
        given.put(answerKey, text);
      }
    }
    Cell cell = Cell.of(name, predictions, false);
    if (given.isEmpty()) {
      throw new DataException(
          "Cannot evaluate %s: not one of its %d questions could be asked; %s"
              .formatted(
                  file,
                  predictions.size(),
                  cell.withProblem().stream()
                      .findFirst()
                      .flatMap(BenchmarkItem::problem)
                      .orElse("no answer came back")));
    }
    close();
    store.write(name, key, predictions, given);
    return cell;
  }

  @Override
  public void close() throws IOException {
    if (journal != null) {
      journal.close();
      journal = null;
    }
  }
}
