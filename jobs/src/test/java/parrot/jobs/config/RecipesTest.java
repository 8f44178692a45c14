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
import parrot.model.config.ParrotConfig;
import parrot.model.network.Parameter;
import parrot.model.network.ParrotNetwork;

/** Recipes are configurations that can be read, and their arithmetic is right. */
class RecipesTest {
  /** Parameters whose two moments DL4J can count with an int. */
  private static final long DL4J_COUNTS = 1L << 30;

  private static final Path RECIPES = Path.of("../recipes");

  static List<Path> recipes() throws IOException {
    try (Stream<Path> files = Files.walk(RECIPES)) {
      return files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList();
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

  @ParameterizedTest
  @MethodSource("recipes")
  void saysWhetherTheModelIsRefusedToday(Path recipe) throws IOException {
    String yaml = Files.readString(recipe);
    TrainConfig config = TrainConfigReader.read(yaml, List.of());
    ParrotConfig model = RecipeArithmetic.model(yaml, config);
    long learns =
        ParrotNetwork.parameters(model, config.train()).stream().mapToLong(Parameter::size).sum();
    boolean refused = learns > DL4J_COUNTS;
    assertThat(yaml.contains("REFUSED TODAY")).isEqualTo(refused);
  }
}
