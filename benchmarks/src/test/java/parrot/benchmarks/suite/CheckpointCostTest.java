package parrot.benchmarks.suite;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class CheckpointCostTest {
  private static JsonNode round(double seconds, double checkpoint) throws IOException {
    return new ObjectMapper()
        .readTree(
            """
            {"seconds": %s, "phases": {"spans": [
              {"phase": "compute", "seconds": 9}, {"phase": "checkpoint", "seconds": %s}]}}"""
                .formatted(seconds, checkpoint));
  }

  @Test
  void countsWhatRoundsBesideCheckpointsTakeMoreAndWhatWaitsForThem() throws IOException {
    List<JsonNode> rounds = new ArrayList<>(List.of(round(30, 0), round(20, 1)));
    for (int pair = 0; pair < 3; pair++) {
      rounds.add(round(10.2, 0));
      rounds.add(round(10, 0.3));
    }
    rounds.add(round(10.2, 5));

    assertThat(CheckpointCost.added(rounds)).isCloseTo(0.05, Offset.offset(1e-12));
  }
}
