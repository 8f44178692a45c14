package parrot.jobs.sweep;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import javax.imageio.ImageIO;
import parrot.datasets.benchmark.BenchmarkItem;
import parrot.datasets.benchmark.BenchmarkName;
import parrot.datasets.benchmark.MatchingRule;
import parrot.datasets.benchmark.Prediction;
import parrot.datasets.language.Language;
import parrot.jobs.evaluate.Cell;
import parrot.jobs.evaluate.EvaluationScores;
import parrot.jobs.evaluate.EvaluationScores.Benchmark;
import parrot.jobs.evaluate.EvaluationScores.Failure;
import parrot.jobs.evaluate.EvaluationScores.Interval;
import parrot.jobs.evaluate.EvaluationScores.Line;

/** Twelve models, twenty categories, six languages and a hundred questions, all made up. */
final class LargeSweep {
  static final int MODELS = 12;
  static final int QUESTIONS = 100;
  private static final List<String> TEXTS =
      List.of(
          "What is in the picture? <b>Look</b> & say",
          "图片里有什么？",
          "O que há na imagem?",
          "ماذا يوجد في الصورة؟",
          "Resimde ne var?",
          "Что на картинке?");

  private final Random random = new Random(5);
  final List<SweepOutcome.Evaluated> columns = new ArrayList<>();
  final Map<String, byte[]> images = new HashMap<>();
  final List<SweepExamples.Example> examples;

  LargeSweep() throws IOException {
    List<Column> models = new ArrayList<>();
    for (int i = 0; i < MODELS; i++) {
      boolean run = i > 0;
      models.add(
          new Column(
              "m" + i,
              run ? "instruct-with-a-rather-long-name" : "base",
              "",
              "/runs/m" + i,
              run ? Optional.of(500 * i) : Optional.empty()));
    }
    Map<BenchmarkName, org.apache.hadoop.fs.Path> files =
        new TreeMap<>(java.util.Comparator.comparing(BenchmarkName::language));
    Language.PUBLISHED.forEach(
        language ->
            files.put(new BenchmarkName("MMMB", language), new org.apache.hadoop.fs.Path("x")));
    SweepExamples collected = new SweepExamples(files, MatchingRule.PUBLISHED_2024, MODELS);
    List<BenchmarkItem> items = items();
    for (int i = 0; i < MODELS; i++) {
      Column column = models.get(i);
      columns.add(
          i == MODELS - 1
              ? SweepOutcome.Evaluated.failed(
                  column, "Cannot open <model>: no weights", files.keySet())
              : new SweepOutcome.Evaluated(
                  column, Optional.of(scores(i)), Optional.empty(), 6, List.of(), Map.of()));
      List<Cell> cells = new ArrayList<>();
      for (BenchmarkName name : files.keySet()) {
        cells.add(new Cell(name, predictions(items, name.language()), false, Optional.empty()));
      }
      collected.add(i, cells);
    }
    examples = collected.all();
  }

  String page() {
    SweepManifest manifest =
        new SweepManifest(
            Map.of("parrot", "1.0"),
            JsonNodeFactory.instance.objectNode().put("matching", "published-2024"),
            List.of(new SweepManifest.File("MMMB_en", "/data/MMMB_en.tsv", 9, "0".repeat(64))),
            List.of());
    List<String> names = columns.stream().map(one -> one.column().label()).toList();
    return SweepPage.render(
        new SweepOutcome(columns), manifest, "base", new ExampleBrowser(names, examples, images));
  }

  private EvaluationScores scores(int model) {
    List<Line> lines = new ArrayList<>();
    for (Language language : Language.PUBLISHED.subList(0, 5)) {
      lines.add(line(language, "overall", "overall", 0.4 + 0.03 * model));
      for (int i = 0; i < 20; i++) {
        lines.add(line(language, "category", "attribute_recognition_" + i, 0.5));
      }
    }
    Benchmark benchmark =
        new Benchmark(
            "MMMB",
            "plain",
            Map.of("plain", 0.4 + 0.03 * model),
            Map.of("plain", new Interval(0.3, 0.6, 400)),
            lines,
            Map.of(),
            List.of(new Failure("ru", "Cannot read MMMB_ru.tsv line 3: one column")),
            List.of(),
            List.of(),
            Map.of());
    return new EvaluationScores(
        "/runs/m", "f".repeat(64), "greedy", false, "published-2024", null, List.of(benchmark));
  }

  private static Line line(Language language, String grouping, String group, double accuracy) {
    return new Line(
        "plain",
        language.tag(),
        grouping,
        group,
        400,
        (int) (400 * accuracy),
        accuracy,
        accuracy - 0.05,
        accuracy + 0.05,
        0.25,
        0,
        0,
        0);
  }

  private List<BenchmarkItem> items() throws IOException {
    List<BenchmarkItem> items = new ArrayList<>();
    for (int i = 0; i < QUESTIONS; i++) {
      TreeMap<Character, String> options = new TreeMap<>(Map.of('A', "a cat", 'B', "a dog"));
      byte[] image = photograph();
      BenchmarkItem item =
          new BenchmarkItem(
              i,
              "?",
              Optional.empty(),
              options,
              Optional.of(i % 2 == 0 ? 'A' : 'B'),
              Optional.empty(),
              "category " + i % 20,
              "",
              "",
              "",
              image,
              "",
              Optional.empty());
      images.put(item.imageHash(), image);
      items.add(item);
    }
    return items;
  }

  /** Noise, which compresses worst. */
  private byte[] photograph() throws IOException {
    BufferedImage image = new BufferedImage(400, 300, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < 300; y++) {
      for (int x = 0; x < 400; x++) {
        image.setRGB(x, y, random.nextInt(1 << 24));
      }
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageIO.write(image, "jpeg", bytes);
    return bytes.toByteArray();
  }

  private List<Prediction> predictions(List<BenchmarkItem> items, Language language) {
    List<Prediction> predictions = new ArrayList<>();
    for (BenchmarkItem item : items) {
      BenchmarkItem own =
          new BenchmarkItem(
              item.index(),
              TEXTS.get(Language.PUBLISHED.indexOf(language)),
              Optional.empty(),
              item.options(),
              item.answer(),
              Optional.empty(),
              item.category(),
              "",
              "",
              "",
              null,
              item.imageHash(),
              Optional.empty());
      int dice = random.nextInt(10);
      predictions.add(
          dice == 0
              ? Prediction.missing(own)
              : Prediction.of(
                  own,
                  dice == 1
                      ? "Sorry, I can't help with images of people yet."
                      : dice < 6 ? "A" : "B</script>"));
    }
    return predictions;
  }
}
