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
import parrot.jobs.spark.SparkSessions;

/** A router that begins collapsed is brought into balance, and the model learns no less. */
@Tag("slow")
class RouterRecoveryTest {
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
              line -> {});
      TrainJob.Outcome balanced =
          TrainJob.run(world.config("balanced"), session, TrainJob.Mode.FRESH, said::add);

      List<JsonNode> rounds = balance("balanced");
      assertThat(rounds).hasSize(40);
      rounds
          .get(0)
          .path("matrix")
          .forEach(row -> assertThat(row.get(0).asDouble()).isGreaterThan(0.9));
      assertThat(rounds.get(0).path("verdict").asText()).isEqualTo("collapsed");
      assertThat(said).anyMatch(line -> line.startsWith("Warning: the most loaded expert gets "));
      double last =
          rounds.subList(36, 40).stream()
              .mapToDouble(round -> round.path("max_violation").asDouble())
              .average()
              .getAsDouble();
      assertThat(last).as("mean violation of the last four rounds").isLessThan(0.3);
      assertThat(rounds.get(39).path("dead_experts")).isEmpty();
      assertThat(balance("left").get(39).path("max_violation").asDouble()).isGreaterThan(4);

      double accuracy = CollapsedWorld.accuracy(balanced.checkpoint(), 600, 99);
      double without = CollapsedWorld.accuracy(left.checkpoint(), 600, 99);
      System.out.printf(
          "seed %d: violation %.3f, accuracy %.3f, without balancing %.3f%n",
          seed, last, accuracy, without);
      assertThat(accuracy).isGreaterThan(without - 0.03);
    }
  }

  private List<JsonNode> balance(String run) throws IOException {
    List<JsonNode> rounds = new ArrayList<>();
    for (String line : Files.readAllLines(folder.resolve(run).resolve(MetricsFile.NAME))) {
      rounds.add(new ObjectMapper().readTree(line).path("balance"));
    }
    return rounds;
  }
}
