package parrot.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.benchmarks.report.Target.Bound;

class ResultWriterTest {
  @TempDir private Path folder;

  @Test
  void writesTheSameForPeopleAndForPrograms() throws IOException {
    new ResultWriter(folder.resolve("results"), "./parrot bench decoder", folder).write(result());

    String text = Files.readString(folder.resolve("results/decoder.md"));
    assertThat(text)
        .contains("| side | best s | share |\n|---|---:|---:|\n| ours | 1.23 | - |")
        .contains("| time over the peer | 1.02 | at most 0.850 | missed by 20.0 % |")
        .contains("- A note.")
        .contains("| command | `./parrot bench decoder` |")
        .contains("| ours | `OMP_NUM_THREADS=1` |")
        .contains("| libtorch | 2.");
    JsonNode json = new ObjectMapper().readTree(folder.resolve("results/decoder.json").toFile());
    assertThat(json.at("/rows/0/best s").asDouble()).isEqualTo(1.234);
    assertThat(json.at("/rows/0/share").isNull()).isTrue();
    assertThat(json.at("/targets/0/met").asBoolean(true)).isFalse();
    assertThat(json.at("/seconds/ours/1").asDouble()).isEqualTo(1.3);
    assertThat(json.at("/machine/processor").asText()).isNotEmpty();
    assertThat(json.at("/versions/Java").asText()).isNotEmpty();
    assertThat(json.at("/versions/commit").asText()).isNotEmpty();
  }

  @Test
  void refusesARowOfAnotherLength() {
    assertThatThrownBy(() -> new Table("a", "b").add(1))
        .hasMessage("Cannot add a row: got 1 cells, expected 2");
  }

  private static Result result() {
    Table table = new Table("side", "best s", "share");
    table.add("ours", 1.234, Double.NaN);
    return new Result(
        "decoder",
        "A step.",
        table,
        List.of(new Target("time over the peer", 1.02, Bound.AT_MOST, 0.85)),
        List.of("A note."),
        Map.of("ours", Map.of("OMP_NUM_THREADS", "1")),
        Map.of("ours", new double[] {1.234, 1.3}));
  }
}
