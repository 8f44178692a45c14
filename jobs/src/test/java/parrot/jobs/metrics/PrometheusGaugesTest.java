package parrot.jobs.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import parrot.jobs.balance.BalanceReport;
import parrot.jobs.balance.Verdict;
import parrot.jobs.metrics.RoundTimes.Phase;
import parrot.jobs.metrics.RoundTimes.Span;
import parrot.jobs.round.RoundOutcome;
import parrot.jobs.spark.JobDescription;
import parrot.jobs.spark.SparkSessions;
import parrot.model.network.Batch;
import parrot.model.network.StepResult;
import parrot.model.network.Tally;

/** Over HTTP, from the page that Prometheus would read, with the settings of a profile. */
class PrometheusGaugesTest {
  private static final Path PROFILES = Path.of("..", "cluster-config");
  private static final int PATIENCE = 20_000; // milliseconds

  private static SparkSession session;

  @BeforeAll
  static void startWithPages() throws IOException {
    Map<String, String> settings = metricsSettings("standalone");
    settings.put("spark.ui.enabled", "true");
    settings.put("spark.ui.port", "0");
    session = SparkSessions.create("metrics", "local[1]", settings);
  }

  @AfterAll
  static void stop() {
    session.stop();
  }

  private static Map<String, String> metricsSettings(String profile) throws IOException {
    Properties all = new Properties();
    try (InputStream in = Files.newInputStream(PROFILES.resolve(profile + ".conf"))) {
      all.load(in);
    }
    Map<String, String> settings = new TreeMap<>();
    all.stringPropertyNames().stream()
        .filter(name -> name.startsWith("spark.metrics.") || name.contains("prometheus"))
        .forEach(name -> settings.put(name, all.getProperty(name)));
    return settings;
  }

  private static SparkContext spark() {
    return session.sparkContext();
  }

  /** What a page says, by name and without labels. */
  private static Map<String, String> read(String page) throws IOException {
    URI uri = URI.create(spark().uiWebUrl().get() + page);
    URLConnection connection = uri.toURL().openConnection();
    connection.setConnectTimeout(PATIENCE);
    connection.setReadTimeout(PATIENCE);
    try (InputStream in = connection.getInputStream()) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return text.lines()
          .filter(line -> !line.startsWith("#"))
          .collect(
              Collectors.toMap(
                  line -> line.replaceAll("\\{.*", ""),
                  line -> line.replaceAll(".* ", ""),
                  (first, second) -> first));
    }
  }

  private static Map<String, String> training() throws IOException {
    String prefix = "metrics_parrot_driver_training_";
    Map<String, String> values = new TreeMap<>();
    read("/metrics/prometheus/")
        .forEach(
            (name, value) -> {
              if (name.startsWith(prefix)) {
                values.put(name.substring(prefix.length()), value);
              }
            });
    return values;
  }

  /** A round of 64 examples and 2,000 tokens. */
  private static void update(
      PrometheusGauges metrics, int number, double loss, double heldOut, Span... spans) {
    int[] lengths = new int[64];
    Arrays.fill(lengths, 2_000 / 64);
    lengths[0] += 2_000 % 64;
    int[] tokens = new int[2_000];
    Tally tally = new Tally();
    tally.add(
        new Batch(tokens, tokens, lengths, new float[0], new int[0]),
        new int[64],
        new StepResult(
            new double[64],
            new int[64],
            new float[0][],
            new float[0][],
            new float[0],
            new float[0],
            new int[0][]));
    RoundOutcome outcome =
        new RoundOutcome(64, tally, loss, 1, List.of(), 1L << 19, 1L << 19, 0, 0, List.of());
    MetricsLine line =
        new MetricsLine(
            new MetricsLine.Progress(number, 9, number, 64, 2_000, 0.5),
            Optional.of(MetricsLine.Training.of(outcome, 1e-3, Map.of(), 3.5)),
            Optional.empty(),
            List.of(),
            List.of(),
            Optional.of(
                new BalanceReport(
                    0.25,
                    0,
                    0,
                    0,
                    1,
                    0,
                    0,
                    Double.NaN,
                    List.of(),
                    Map.of(),
                    List.of(),
                    0,
                    Verdict.SHARED)),
            Double.isNaN(heldOut)
                ? Optional.empty()
                : Optional.of(new MetricsLine.HeldOut(heldOut, 12, Double.NaN, Map.of(), Map.of())),
            Optional.of(new RoundTimes(0, List.of(spans), List.of(), 0, 0)),
            Optional.empty());
    metrics.update(outcome, line);
  }

  private static Span span(Phase phase, double seconds) {
    return new Span(phase, 0, seconds);
  }

  @Test
  void areReadThroughSparksPrometheusServlet() throws IOException {
    try (PrometheusGauges metrics = PrometheusGauges.register(spark())) {
      assertThat(training()).containsEntry("loss_Value", "NaN").containsEntry("tokens_Count", "0");

      update(metrics, 1, 2.5, 2.25, span(Phase.COMPUTE, 3), span(Phase.CHECKPOINT, 0.5));
      update(metrics, 2, 1.5, Double.NaN, span(Phase.COMPUTE, 2), span(Phase.OUTER_STEP, 0.125));

      assertThat(training())
          .containsEntry("round_Value", "2.0")
          .containsEntry("loss_Value", "1.5")
          .containsEntry("held_out_loss_Value", "2.25")
          .containsEntry("max_violation_Value", "0.25")
          .containsEntry("round_seconds_Value", "3.5")
          .containsEntry("examples_Count", "128")
          .containsEntry("tokens_Count", "4000")
          .containsEntry("exchange_bytes_Count", "" + (2L << 20))
          .containsEntry("phase_seconds_compute_Value", "2.0")
          .containsEntry("phase_seconds_outer_step_Value", "0.125")
          .containsEntry("phase_seconds_checkpoint_Value", "0.0");
    }
    assertThat(training()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"alerts.yml", "grafana-dashboard.json"})
  void alarmsAndDashboardAskForWhatIsThere(String file) throws IOException {
    Set<String> asked =
        Pattern.compile("metrics_\\w+")
            .matcher(Files.readString(PROFILES.resolve("watching").resolve(file)))
            .results()
            .map(MatchResult::group)
            .collect(Collectors.toSet());
    Span[] phases = Arrays.stream(Phase.values()).map(one -> span(one, 1)).toArray(Span[]::new);
    try (PrometheusGauges metrics = PrometheusGauges.register(spark())) {
      update(metrics, 1, 2.5, 2.25, phases);
      Set<String> there = new TreeSet<>(read("/metrics/prometheus/").keySet());
      there.addAll(read("/metrics/executors/prometheus/").keySet());
      assertThat(asked).isNotEmpty().isSubsetOf(there);
    }
  }

  @Test
  void aSecondRunInAProcessBeginsAnew() throws IOException {
    PrometheusGauges first = PrometheusGauges.register(spark());
    update(first, 7, 1, 1);
    try (PrometheusGauges second = PrometheusGauges.register(spark())) {
      update(second, 1, 3, 1);
      first.close();
      assertThat(training())
          .containsEntry("round_Value", "1.0")
          .containsEntry("examples_Count", "64");
    }
    assertThat(training()).isEmpty();
  }

  @Test
  void executorsAreThereToo() throws IOException {
    assertThat(read("/metrics/executors/prometheus/").keySet())
        .anyMatch(name -> name.startsWith("metrics_executor_"));
  }

  @Test
  void pagesSayWhatAJobDoes() {
    JavaSparkContext context = SparkSessions.context(session);
    try (JobDescription outer = JobDescription.set(context, "round 3 of 40")) {
      try (JobDescription inner = JobDescription.set(context, "round 3 of 40: losses")) {
        context.parallelize(List.of(1, 2), 1).count();
      }
      assertThat(context.getLocalProperty("spark.job.description")).isEqualTo("round 3 of 40");
    }
    assertThat(context.getLocalProperty("spark.job.description")).isNull();
    assertThat(spark().statusStore().jobsList(null).apply(0).description().get())
        .isEqualTo("round 3 of 40: losses");
  }

  @ParameterizedTest
  @ValueSource(strings = {"yarn", "kubernetes", "local"})
  void everyProfileSetsTheSame(String profile) throws IOException {
    assertThat(metricsSettings(profile)).isNotEmpty().isEqualTo(metricsSettings("standalone"));
  }
}
