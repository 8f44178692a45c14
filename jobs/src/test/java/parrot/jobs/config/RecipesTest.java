package parrot.jobs.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Recipes are configurations that can be read, and their arithmetic is right. */
class RecipesTest {

  private static final Path RECIPES = Path.of("../recipes");

  /** Of training runs; those in {@code sweeps} and {@code studies} are read by other commands. */
  static List<Path> recipes() throws IOException {
    try (Stream<Path> files = Files.walk(RECIPES)) {
      return files
          .filter(file -> file.toString().endsWith(".yaml"))
          .filter(file -> !file.startsWith(RECIPES.resolve("sweeps")))
          .filter(file -> !file.startsWith(RECIPES.resolve("studies")))
          .sorted()
          .toList();
    }
  }

  @Test
  void thereAreRecipesOfBothStagesAndSizes() throws IOException {
    assertThat(recipes())
        .extracting(file -> RECIPES.relativize(file).toString())
        .contains(
            "align-0.5b.yaml",
            "align-7b.yaml",
            "instruct-0.5b.yaml",
            "instruct-7b.yaml",
            "instruct-lora-7b.yaml",
            "diloco.yaml",
            "pretraining/decoder.yaml",
            "pretraining/vision.yaml");
  }

  @ParameterizedTest
  @MethodSource("recipes")
  void theArithmeticFollowsFromTheValues(Path recipe) throws IOException {
    String yaml = Files.readString(recipe);
    String corrected = RecipeArithmetic.corrected(yaml, TrainConfigReader.read(yaml, List.of()));
    if ("write".equals(System.getProperty("parrot.docs"))) {
      Files.writeString(recipe, corrected);
    } else {
      assertThat(yaml).as("%s (-Dparrot.docs=write)", recipe).isEqualTo(corrected);
    }
  }
}
