package parrot.jobs.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import parrot.datasets.DataException;
import parrot.jobs.balance.BalanceReport;
import parrot.jobs.balance.Verdict;
import parrot.jobs.metrics.MetricsLine.Counts;
import parrot.jobs.metrics.MetricsLine.HeldOut;
import parrot.jobs.metrics.MetricsLine.LanguageLoss;
import parrot.jobs.metrics.MetricsLine.Progress;
import parrot.jobs.metrics.MetricsLine.Training;
import parrot.jobs.metrics.RoundTimes.Phase;
import parrot.jobs.metrics.RoundTimes.Span;
import parrot.jobs.spark.ProcessMemory;

/** A line of the metrics file, whose keys and their order others rely on. */
class MetricsLineTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final MetricsLine FULL =
      new MetricsLine(
          new Progress(2, 4, 16, 64, 3_000_000_000L, 0.5),
          Optional.of(new Training(1.25, 1e-3, Map.of("router", 5e-4), 12.8, 2.5, 0.5)),
          Optional.of(
              new Counts(
                  0.75,
                  600.5,
                  40,
                  Map.of("en", new LanguageLoss(1.25, 32, 40)),
                  Map.of("en", List.of(0.625, 0.375)))),
          List.of("replica 1 (executor 3 on h): the loss of step 2 is NaN"),
          List.of("max_steps was 8 and is 16"),
          Optional.of(
              new BalanceReport(
                  0.25,
                  0.5,
                  0.75,
                  0.125,
                  0.5,
                  0.6,
                  0.3,
                  4.5,
                  List.of(1),
                  Map.of("en", List.of(0.625, 0.375)),
                  List.of(0.01, -0.01),
                  0.02,
                  Verdict.SPECIALISED)),
          Optional.of(
              new HeldOut(
                  1.5,
                  12,
                  0.25,
                  Map.of("ar", new LanguageLoss(1.5, 12, 30)),
                  Map.of("ar", List.of(0.5, 0.5)))),
          Optional.of(
              new RoundTimes(
                  1_700_000_000_000L,
                  List.of(new Span(Phase.COMPUTE, 0.25, 2.0)),
                  List.of(),
                  8,
                  4)),
          Optional.of(
              new RunMemory(
                  900, new ProcessMemory(30, 20, 10, 5), new ProcessMemory(800, 300, 500, 50))));

  private static final String TEXT =
      "{\"round\":2,\"rounds\":4,\"step\":16,\"examples\":64,\"tokens\":3000000000,\"epoch\":0.5,"
          + "\"loss\":1.25,\"learning_rate\":0.001,\"learning_rates\":{\"router\":5.0E-4},\"examples_per_second\":12.8,\"seconds\":2.5,"
          + "\"overhead_seconds\":0.5,\"gradient_norm\":0.75,\"tokens_per_second\":600.5,"
          + "\"supervised_tokens\":40,"
          + "\"languages\":{\"en\":{\"loss\":1.25,\"examples\":32,\"supervised_tokens\":40}},"
          + "\"routing\":{\"en\":[0.625,0.375]},"
          + "\"dropped\":[\"replica 1 (executor 3 on h): the loss of step 2 is NaN\"],"
          + "\"notes\":[\"max_steps was 8 and is 16\"],"
          + "\"balance\":{\"max_violation\":0.25,\"max_violation_run\":0.5,"
          + "\"max_violation_within\":0.75,\"gini\":0.125,\"least_over_most\":0.5,"
          + "\"entropy\":0.6,\"information\":0.3,\"z_loss\":4.5,\"verdict\":\"specialised\",\"dead_experts\":[1],"
          + "\"bias\":[0.01,-0.01],\"loss_weight\":0.02,\"matrix\":{\"en\":[0.625,0.375]}},"
          + "\"held_out\":{\"loss\":1.5,\"examples\":12,\"redundancy\":0.25,"
          + "\"languages\":{\"ar\":{\"loss\":1.5,\"examples\":12,\"supervised_tokens\":30}},"
          + "\"routing\":{\"ar\":[0.5,0.5]}},"
          + "\"phases\":{\"begin\":1700000000000,\"bytes_out\":8,\"bytes_in\":4,"
          + "\"waiting_seconds\":0.0,"
          + "\"spans\":[{\"phase\":\"compute\",\"start\":0.25,\"seconds\":2.0}],\"replicas\":[]},"
          + "\"memory\":{\"planned\":900,"
          + "\"driver\":{\"peak\":30,\"own\":20,\"files\":10,\"heap\":5},"
          + "\"executor\":{\"peak\":800,\"own\":300,\"files\":500,\"heap\":50}}}";

  private static MetricsLine read(String text) throws IOException {
    JsonNode json = JSON.readTree(text);
    return MetricsLine.fromJson(json);
  }

  @Test
  void isWrittenKeyByKey() throws IOException {
    assertThat(JSON.writeValueAsString(FULL.toJson())).isEqualTo(TEXT);
  }

  @Test
  void comesBackAsItWas() throws IOException {
    assertThat(read(TEXT)).isEqualTo(FULL);
  }

  @Test
  void needsNothingButARound() throws IOException {
    MetricsLine bare = read("{\"round\":7,\"step\":9}");
    assertThat(bare.progress().step()).isEqualTo(9);
    assertThat(bare.loss()).isNaN();
    assertThat(bare.heldOutLoss()).isNaN();
    assertThat(bare.heldOutLanguages()).isEmpty();
    assertThat(bare.routing()).isEmpty();
    assertThat(bare.times()).isEmpty();
  }

  @Test
  void keepsALossThatIsNotANumber() throws IOException {
    assertThat(read("{\"loss\":\"NaN\"}").training()).isPresent();
    assertThat(read("{\"loss\":\"NaN\"}").loss()).isNaN();
  }

  @Test
  void routingIsThatOfHeldOutExamplesIfMeasured() throws IOException {
    assertThat(FULL.routing()).containsOnlyKeys("ar");
    assertThat(read("{\"gradient_norm\":1,\"routing\":{\"en\":[1]},\"held_out\":{}}").routing())
        .containsOnlyKeys("en");
  }

  @Test
  void refusesAnUnknownVerdict() {
    assertThatThrownBy(() -> read("{\"balance\":{\"verdict\":\"fine\"}}"))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith("Invalid verdict: fine (must be one of [collapsed, ");
  }

  @Test
  void isALineOfTheConsole() {
    assertThat(ConsoleLine.of(FULL, 3_725))
        .isEqualTo(
            "round 2/4  epoch 0.50  loss 1.2500  lr 1.00e-03  13 examples/s  gradient 0.750"
                + "  601 tokens/s  held-out 1.5000 (ar 1.500)  1h02m left");
  }
}
