package parrot.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import parrot.jobs.metrics.MetricsFile;
import parrot.jobs.spark.SparkSessions;

/** A router that begins collapsed is brought into balance, and the model learns no less. */
@Tag("slow")
class RouterRecoveryTest {
  private static final int QUESTIONS = 1000;

  /** Two standard errors of the difference of two accuracies near 0.98 over these questions. */
  private static final double CHANCE = 0.0125;

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void fortyRoundsBringACollapsedRouterIntoBalance(long seed) throws IOException {
    CollapsedWorld world = new CollapsedWorld(folder, seed);
    List<String> said = new ArrayList<>();
    try (SparkSession session = SparkSessions.create("recovery", "local[2]", Map.of())) {
      TrainJob.Outcome left =
          TrainJob.run(
              world.config("left", "balance.update_rate=0"),
              session,
              TrainJob.Mode.FRESH,
              said::add);
      TrainJob.Outcome balanced =
          TrainJob.run(world.config("balanced"), session, TrainJob.Mode.FRESH, line -> {});

      JsonNode collapsed = balance("left").get(0);
      collapsed.path("matrix").forEach(row -> assertThat(row.get(0).asDouble()).isGreaterThan(0.9));
      assertThat(collapsed.path("verdict").asText()).isEqualTo("collapsed");
      assertThat(said).anyMatch(line -> line.startsWith("warning: the most loaded expert gets "));
      List<JsonNode> rounds = balance("balanced");
      assertThat(rounds).hasSize(40);
      assertThat(violations(rounds.subList(9, 36)))
          .as("while the bias moves")
          .allMatch(violation -> violation < 0.3);
      assertThat(mean(violations(rounds.subList(36, 40)))).as("at last").isLessThan(0.3);
      assertThat(rounds.get(39).path("dead_experts")).isEmpty();
      assertThat(violations(balance("left"))).allMatch(violation -> violation > 4);

      double without = CollapsedWorld.accuracy(left.checkpoint(), QUESTIONS, 99);
      assertThat(without).as("accuracy without balancing").isGreaterThan(0.9);
      assertThat(CollapsedWorld.accuracy(balanced.checkpoint(), QUESTIONS, 99))
          .as("accuracy")
          .isGreaterThanOrEqualTo(without - CHANCE);
    }
  }

  private static List<Double> violations(List<JsonNode> rounds) {
    return rounds.stream().map(round -> round.path("max_violation").asDouble()).toList();
  }

  private static double mean(List<Double> values) {
    return values.stream().mapToDouble(value -> value).average().orElseThrow();
  }

  private List<JsonNode> balance(String run) throws IOException {
    List<JsonNode> rounds = new ArrayList<>();
    for (String line : Files.readAllLines(folder.resolve(run).resolve(MetricsFile.NAME))) {
      rounds.add(new ObjectMapper().readTree(line).path("balance"));
    }
    return rounds;
  }
}
