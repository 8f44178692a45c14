package parrot.model.kernel.cuda.driver;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program for machines with a card runs to its last line. */
class CardSpeedTest {
  @TempDir Path out;

  @Test
  void writesATableAndItsNumbers() throws IOException {
    TestedCard.assumeWorks();
    CardSpeed.run(out, true);

    JsonNode facts = new ObjectMapper().readTree(out.resolve("device.json").toFile());
    assertThat(facts.get("products")).hasSize(8);
    for (JsonNode product : facts.get("products")) {
      assertThat(product.has("failure")).as(product.toString()).isFalse();
      assertThat(product.get("difference").asDouble()).isLessThan(5e-3);
      assertThat(product.get("same").asBoolean()).isTrue();
    }
    assertThat(facts.get("step_same").asBoolean()).isTrue();
    assertThat(facts.get("generated_tokens_per_second").asDouble()).isPositive();
    assertThat(Files.readString(out.resolve("device.md"))).contains("Generation: ");
  }
}
