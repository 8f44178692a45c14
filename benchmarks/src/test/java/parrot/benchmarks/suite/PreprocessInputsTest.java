package parrot.benchmarks.suite;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PreprocessInputsTest {
  @TempDir private Path folder;

  @Test
  void makesImagesThatHaveAsManyBytesAsPhotosAndTheSameEachTime() throws IOException {
    PreprocessInputs inputs = new PreprocessInputs(folder.resolve("one"));
    Path rows = inputs.rowsWithImages(3);
    PreprocessInputs again = new PreprocessInputs(folder.resolve("two"));
    assertThat(Files.readString(again.rowsWithImages(3))).isEqualTo(Files.readString(rows));
    for (String line : Files.readAllLines(rows)) {
      String name = new ObjectMapper().readTree(line).path("image").asText();
      byte[] image = Files.readAllBytes(inputs.images().resolve(name));
      assertThat(Files.readAllBytes(again.images().resolve(name))).isEqualTo(image);
      assertThat(image).hasSizeBetween(50_000, 200_000);
      assertThat(ImageIO.read(inputs.images().resolve(name).toFile()).getWidth()).isEqualTo(640);
    }
  }

  @Test
  void makesRowsOfTextNoneOfWhichIsAnother() throws IOException {
    List<String> lines = Files.readAllLines(new PreprocessInputs(folder).rowsOfText(500));
    Set<String> contents = new HashSet<>();
    for (String line : lines) {
      JsonNode row = new ObjectMapper().readTree(line);
      assertThat(row.has("image")).isFalse();
      contents.add(row.path("conversations").toString());
    }
    assertThat(contents).hasSize(500);
  }
}
