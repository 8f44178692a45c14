package parrot.jobs.report;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import javax.imageio.ImageIO;
import parrot.datasets.language.Language;
import parrot.datasets.shapes.BenchmarkQuestion;
import parrot.datasets.shapes.ShapesConfig;
import parrot.datasets.shapes.ShapesWorld;
import parrot.jobs.balance.BalanceReport;
import parrot.jobs.balance.Verdict;
import parrot.jobs.metrics.MetricsLine;
import parrot.jobs.metrics.RoundTimes;
import parrot.jobs.metrics.RoundTimes.Phase;
import parrot.jobs.metrics.RoundTimes.Replica;
import parrot.jobs.metrics.RoundTimes.Span;
import parrot.jobs.metrics.RunMemory;
import parrot.jobs.report.ReportData.Accuracy;
import parrot.jobs.report.ReportData.Answered;
import parrot.jobs.report.ReportData.Role;
import parrot.jobs.spark.ProcessMemory;

/** A report's data with something of everything; the numbers are made up. */
final class SampleReport {
  private static final ShapesWorld WORLD =
      new ShapesWorld(ShapesConfig.builder().imageSize(112).build());

  private SampleReport() {}

  static ReportData create() throws IOException {
    return new ReportData(
        "A sample of a report",
        "2 replicas, seed 1, made-up numbers",
        List.of(stage("Stage 1, align", 20, 2.2, false), stage("Stage 2, instruct", 40, 1.4, true)),
        List.of(
            evaluation("blank image", Role.BLANK, 0.27),
            evaluation("after stage 1", Role.STAGE, 0.34),
            evaluation("without experts", Role.BASELINE, 0.71),
            evaluation("after stage 2", Role.MAIN, 0.78)),
        List.of(
            new ReportData.Comparison(
                "after stage 2",
                "without experts",
                "MMMB",
                "plain",
                "all",
                2400,
                400,
                .07,
                .04,
                .1,
                .05,
                .0001,
                "better"),
            new ReportData.Comparison(
                "after stage 2",
                "without experts",
                "MMMB",
                "plain",
                "ar",
                400,
                400,
                .01,
                -.03,
                .05,
                .06,
                1,
                "no clear difference")),
        List.of(example(3, 0), example(10, 1), example(17, 4)),
        List.of(
            new ReportData.Asked("zh", "左边是什么颜色？", "红色", "image/png", png(3)),
            new ReportData.Asked("ar", "كم عدد الدوائر؟", "دائرتان", "image/png", png(10)),
            new ReportData.Asked("ru", "Что слева?", "синий <круг>", "image/png", png(17))),
        List.of(
            new ReportData.DataSet(
                "conversations",
                20_000,
                19_988,
                2,
                10,
                counts(19_990),
                Map.of("NOT_A_PICTURE", 7L, "MISSING", 3L))),
        Map.of("Stage 2, instruct: configuration", "stage: instruct\nseed: 1\nreplicas: 2\n"),
        new LinkedHashMap<>(Map.of("parrot", "0.1.0", "Java", "17")),
        List.of(new ReportData.Timing("preprocess", 31.4), new ReportData.Timing("train", 300)),
        List.of(new ReportData.Command("Ask it", "./parrot generate --model m --question 'q'")));
  }

  private static Map<String, Long> counts(long all) {
    Map<String, Long> counts = new LinkedHashMap<>();
    for (Language language : Language.PUBLISHED) {
      counts.put(language.tag(), language.equals(Language.EN) ? all / 2 : all / 10);
    }
    return counts;
  }

  private static ReportData.Stage stage(String name, int rounds, double start, boolean experts) {
    List<MetricsLine> list = new ArrayList<>();
    for (int i = 0; i <= rounds; i++) {
      double share = (double) i / rounds;
      double loss = 0.15 + start * Math.exp(-4 * share) + 0.05 * Math.sin(7.0 * i);
      Map<String, MetricsLine.LanguageLoss> heldOut = new LinkedHashMap<>();
      Map<String, List<Double>> routing = new LinkedHashMap<>();
      for (Language language : Language.PUBLISHED) {
        int k = language.index();
        if (i % 5 == 0) {
          double measured = 0.2 + 0.012 * k + start * Math.exp(-3.5 * share);
          heldOut.put(language.tag(), new MetricsLine.LanguageLoss(measured, 2, 6));
        }
        if (experts && i == rounds) {
          List<Double> weights = new ArrayList<>();
          for (int e = 0; e < 6; e++) {
            weights.add(e == k ? 0.6 : 0.08);
          }
          routing.put(language.tag(), weights);
        }
      }
      list.add(
          new MetricsLine(
              new MetricsLine.Progress(i, rounds, 8 * i, 64L * i, 2400L * i, share),
              i == 0
                  ? Optional.empty()
                  : Optional.of(new MetricsLine.Training(loss, 1e-3, Map.of(), 240, 4, 0.5)),
              Optional.empty(),
              List.of(),
              List.of(),
              experts && i > 0 ? Optional.of(balance(share)) : Optional.empty(),
              Optional.of(new MetricsLine.HeldOut(1, 12, 0.5, heldOut, routing)),
              experts && i > 0 ? Optional.of(phases(i)) : Optional.empty(),
              i > 0 ? Optional.of(memory()) : Optional.empty()));
    }
    return new ReportData.Stage(
        name,
        "Projector learns from captions.",
        list,
        List.of(
            new ReportData.AccuracyByStep(
                "MMMB, plain", Map.of("ar", new TreeMap<>(Map.of(500, 0.25, 1000, 0.5))))));
  }

  private static RunMemory memory() {
    ProcessMemory executor = new ProcessMemory(18L << 30, 3L << 30, 15L << 30, 1L << 30);
    return new RunMemory(19L << 30, new ProcessMemory(1L << 30, 1L << 30, 0, 1L << 29), executor);
  }

  /** Two replicas, of which the second is slower; a checkpoint in every tenth round. */
  static RoundTimes phases(int round) {
    double slow = 3.2 + 0.4 * Math.sin(round);
    List<Span> spans = new ArrayList<>();
    spans.add(new Span(Phase.PLAN, 0, 0.05));
    spans.add(new Span(Phase.COMPUTE, 0.05, slow));
    spans.add(new Span(Phase.EXCHANGE, 0.05 + slow, 0.4));
    spans.add(new Span(Phase.OUTER_STEP, 0.45 + slow, 0.1));
    if (round % 10 == 0) {
      spans.add(new Span(Phase.CHECKPOINT, 0.55 + slow, 0.8));
    }
    return new RoundTimes(
        1_700_000_000_000L + 5000L * round,
        spans,
        List.of(
            new Replica(0, "0", "worker-a", 0.05, 2.6),
            new Replica(1, "1", "worker-b", 0.05, slow)),
        3L << 20,
        2L << 20);
  }

  /** A router that begins collapsed and ends specialised. */
  private static BalanceReport balance(double share) {
    Map<String, List<Double>> matrix = new LinkedHashMap<>();
    for (Language language : Language.PUBLISHED) {
      List<Double> row = new ArrayList<>();
      for (int e = 0; e < 6; e++) {
        double own = e == language.index() ? 0.6 : 0.08;
        row.add((1 - share) * (e == 0 ? 0.95 : 0.01) + share * own);
      }
      matrix.put(language.tag(), row);
    }
    double violation = 4.7 * Math.exp(-4 * share);
    return new BalanceReport(
        violation,
        0.5 + violation / 2,
        1.2 * violation,
        violation / 6,
        1 / (1 + violation),
        1.2 - 0.5 * share,
        0.6 * share,
        3 + share,
        List.of(),
        matrix,
        List.of(),
        0,
        Verdict.SPECIALISED);
  }

  private static ReportData.Evaluation evaluation(String name, Role role, double level) {
    Map<String, Accuracy> languages = new LinkedHashMap<>();
    Map<String, Map<String, Accuracy>> categories = new LinkedHashMap<>();
    for (Language language : Language.PUBLISHED) {
      double share = Math.min(1, level - 0.015 * language.index());
      languages.put(language.tag(), accuracy(share));
      int i = 0;
      for (String category : List.of("colour", "shape", "count", "position", "relation")) {
        categories
            .computeIfAbsent(category, c -> new LinkedHashMap<>())
            .put(language.tag(), accuracy(Math.min(1, share + 0.05 * i++ - 0.1)));
      }
    }
    if (role == Role.STAGE) {
      languages.put("ru", new Accuracy(0, 0, 0, 0, 0, 0, 0, 0, "Cannot read MMMB_ru.tsv line 3"));
    }
    return new ReportData.Evaluation(
        name,
        role,
        "MMMB",
        "plain",
        Optional.of(new ReportData.Interval(.71, .79, 400)),
        languages,
        categories,
        List.of());
  }

  private static Accuracy accuracy(double share) {
    double half = 1.96 * Math.sqrt(share * (1 - share) / 400);
    return new Accuracy(400, share, share - half, share + half, 0.25, 3, 2, 0, "");
  }

  private static ReportData.Example example(long index, int wrong) throws IOException {
    BenchmarkQuestion question = WORLD.benchmark(index);
    List<Answered> answers = new ArrayList<>();
    for (Language language : Language.PUBLISHED) {
      Map<String, String> options = new LinkedHashMap<>();
      List<String> texts = question.options(language);
      for (int i = 0; i < texts.size(); i++) {
        options.put(String.valueOf((char) ('A' + i)), texts.get(i));
      }
      String answer = String.valueOf(question.question().letter());
      boolean isWrong = language.index() < wrong;
      String said = isWrong ? (answer.equals("A") ? "B" : "A") : answer;
      boolean nonsense = isWrong && language.equals(Language.EN);
      answers.add(
          new Answered(
              language.tag(),
              question.text(language),
              options,
              answer,
              nonsense ? "<script>alert('x')</script>" : said,
              nonsense ? "" : said));
    }
    return new ReportData.Example("question " + index, "image/png", png(index), answers);
  }

  private static byte[] png(long index) throws IOException {
    BufferedImage image = WORLD.image(WORLD.benchmark(index));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageIO.write(image, "png", bytes);
    return bytes.toByteArray();
  }
}
