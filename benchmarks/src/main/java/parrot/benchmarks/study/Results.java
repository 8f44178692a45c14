package parrot.benchmarks.study;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import parrot.datasets.DataException;
import parrot.datasets.benchmark.BenchmarkName;
import parrot.datasets.benchmark.MatchingRule;
import parrot.datasets.benchmark.Prediction;
import parrot.datasets.benchmark.PredictionFile;
import parrot.datasets.benchmark.Scores;
import parrot.datasets.language.Language;
import parrot.datasets.storage.FileSystems;

/** What the finished steps of a study tell, read once each. */
final class Results {
  private final StudyFolder folder;
  private final Map<String, Scores> scores = new HashMap<>(); // by step id

  Results(StudyFolder folder) {
    this.folder = folder;
  }

  /** Of an evaluation; empty as long as it is not done. */
  Optional<Scores> scores(Step step) {
    return folder.isDone(step)
        ? Optional.of(scores.computeIfAbsent(step.id(), id -> read(folder.of(step))))
        : Optional.empty();
  }

  private static Scores read(Path evaluation) {
    FileSystem files = FileSystems.of(evaluation.toUri().toString(), new Configuration());
    Map<Language, List<Prediction>> predictions = new TreeMap<>();
    try (Stream<Path> all = Files.walk(evaluation)) {
      for (Path file : all.filter(one -> one.toString().endsWith(".tsv")).sorted().toList()) {
        Language language = BenchmarkName.parse(file.getFileName().toString()).language();
        List<Prediction> own =
            PredictionFile.read(files, new org.apache.hadoop.fs.Path(file.toUri()));
        if (predictions.put(language, own) != null) {
          throw new DataException(
              "Cannot use %s: it has two benchmarks in %s (give each an evaluate step of its own)"
                  .formatted(evaluation, language.tag()));
        }
      }
      String rule =
          result(evaluation.resolve(StepKind.EVALUATE.result())).path("matching").asText();
      return Scores.of(predictions, MatchingRule.of(rule));
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read %s: %s".formatted(evaluation, e.getMessage()), e);
    }
  }

  private static JsonNode result(Path file) throws IOException {
    return StudyFolder.JSON.readTree(file.toFile());
  }

  /** A number that a step's result tells; empty if it is not done or does not tell it. */
  OptionalDouble figure(Step step, String at) {
    Path file = folder.of(step).resolve(step.kind().result());
    if (step.kind().result().isEmpty() || !folder.isDone(step)) {
      return OptionalDouble.empty();
    }
    try {
      if (step.kind() == StepKind.EVALUATE) {
        return number(result(file).at(at));
      }
      OptionalDouble last = OptionalDouble.empty();
      for (String line : Files.readAllLines(file)) {
        OptionalDouble here = number(StudyFolder.JSON.readTree(line).at(at));
        last = here.isPresent() ? here : last;
      }
      return last;
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read %s: %s".formatted(file, e.getMessage()), e);
    }
  }

  private static OptionalDouble number(JsonNode node) {
    return node.isNumber() ? OptionalDouble.of(node.asDouble()) : OptionalDouble.empty();
  }
}
