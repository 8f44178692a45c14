package parrot.jobs.report;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.datasets.benchmark.BenchmarkFile;
import parrot.datasets.benchmark.BenchmarkItem;
import parrot.datasets.benchmark.BenchmarkName;
import parrot.datasets.benchmark.MatchingRule;
import parrot.datasets.benchmark.Prediction;
import parrot.datasets.benchmark.QuestionRows;
import parrot.datasets.language.Language;
import parrot.datasets.matching.Match;
import parrot.datasets.storage.FileSystems;
import parrot.jobs.report.ReportData.Answered;
import parrot.jobs.report.ReportData.Example;

/** Chooses questions to show: evenly over the file, without looking at the answers. */
final class Examples {
  private static final int COUNT = 6;

  private Examples() {}

  /**
   * @param predictions of one evaluation; those of its first benchmark are shown
   * @param rule by which the evaluation was scored
   * @param benchmark folder of the benchmark's files
   */
  static List<Example> choose(
      Map<BenchmarkName, List<Prediction>> predictions,
      MatchingRule rule,
      Path benchmark,
      Configuration configuration)
      throws IOException {
    if (predictions.isEmpty()) {
      return List.of();
    }
    BenchmarkName first = predictions.keySet().iterator().next();
    Map<String, Map<Long, Prediction>> byLanguage = new LinkedHashMap<>();
    predictions.forEach(
        (name, list) -> {
          if (name.benchmark().equals(first.benchmark())) {
            Map<Long, Prediction> byIndex = new TreeMap<>();
            QuestionRows rows = QuestionRows.of(list.stream().map(Prediction::item).toList());
            list.stream()
                .filter(prediction -> rows.isQuestion(prediction.item()))
                .forEach(prediction -> byIndex.put(prediction.item().index(), prediction));
            byLanguage.put(name.language().tag(), byIndex);
          }
        });
    Map<Long, byte[]> images = images(new Path(benchmark, first.fileName()), configuration);
    List<Long> indexes = List.copyOf(byLanguage.values().iterator().next().keySet());
    List<Example> examples = new ArrayList<>();
    int count = Math.min(COUNT, indexes.size());
    for (int i = 0; i < count; i++) {
      long index = indexes.get((int) ((2L * i + 1) * indexes.size() / (2L * count)));
      List<Answered> answers = new ArrayList<>();
      byLanguage.forEach(
          (tag, own) -> {
            if (own.containsKey(index)) {
              answers.add(answered(tag, own.get(index), rule));
            }
          });
      byte[] image = images.getOrDefault(index, new byte[0]);
      examples.add(new Example("Question " + index, mediaType(image), image, answers));
    }
    return examples;
  }

  private static Map<Long, byte[]> images(Path file, Configuration configuration)
      throws IOException {
    FileSystem files = FileSystems.of(file, configuration);
    Map<Long, byte[]> images = new HashMap<>();
    if (files.exists(file)) {
      for (BenchmarkItem item : BenchmarkFile.read(files, file).items()) {
        if (item.image() != null) {
          images.put(item.index(), item.image());
        }
      }
    }
    return images;
  }

  private static Answered answered(String tag, Prediction prediction, MatchingRule rule) {
    Map<String, String> options = new LinkedHashMap<>();
    prediction.item().options().forEach((letter, text) -> options.put(letter.toString(), text));
    return new Answered(
        tag,
        prediction.item().question(),
        options,
        prediction.item().answerText().orElse(""),
        prediction.text().orElse(""),
        prediction
            .matched(rule, Language.of(tag))
            .flatMap(Match::option)
            .map(String::valueOf)
            .filter(letter -> prediction.item().open().isEmpty())
            .or(
                () ->
                    prediction
                        .item()
                        .answerText()
                        .filter(right -> prediction.isRight(rule, Language.of(tag))))
            .orElse(""));
  }

  /** The media type of an image file, by how it begins. */
  static String mediaType(byte[] image) {
    String start = new String(image, 0, Math.min(12, image.length), StandardCharsets.ISO_8859_1);
    if (start.startsWith("\u0089PNG")) {
      return "image/png";
    } else if (start.startsWith("GIF8")) {
      return "image/gif";
    } else if (start.startsWith("BM")) {
      return "image/bmp";
    }
    return start.startsWith("RIFF") ? "image/webp" : "image/jpeg";
  }
}
