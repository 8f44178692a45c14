package parrot.jobs.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import parrot.datasets.shapes.ShapesConfig;
import parrot.jobs.config.RecipeArithmetic;
import parrot.jobs.config.TrainConfig;
import parrot.model.network.Part;

final class ParametersTest {
  private static TrainConfig training(boolean smoke, String stage) {
    return Parameters.read(smoke, 7).training(stage, "out", "model", "data", "held-out");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void areTrainingConfigurationsWithFoldersAndSeedFilledIn(boolean smoke) {
    for (String stage : new String[] {"align", "instruct", "without_experts"}) {
      TrainConfig config = training(smoke, stage);

      assertThat(config.out()).isEqualTo("out");
      assertThat(config.model().folder()).isEqualTo("model");
      assertThat(config.data().sources())
          .containsExactly(new TrainConfig.DataSource("data", OptionalDouble.empty()));
      assertThat(config.data().heldOut().folders()).containsExactly("held-out");
      assertThat(config.seed()).isEqualTo(7);
      assertThat(config.rounds().replicas()).isEqualTo(2);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void differInTheExpertsAlone(boolean smoke) {
    TrainConfig with = training(smoke, "instruct");
    TrainConfig without = training(smoke, "without_experts");

    assertThat(with.train()).contains(Part.EXPERTS, Part.PROJECTOR, Part.DECODER);
    assertThat(without.train()).containsExactlyInAnyOrder(Part.PROJECTOR, Part.DECODER);
    assertThat(with.useMoe()).contains(true);
    assertThat(without.useMoe()).contains(false);
    assertThat(without.length()).isEqualTo(with.length());
    assertThat(without.rounds()).isEqualTo(with.rounds());
    assertThat(without.optimizer()).isEqualTo(with.optimizer());
  }

  @Test
  void askAtLeastThreeHundredQuestionsInEachLanguage() {
    assertThat(Parameters.read(false, 1).questions()).isGreaterThanOrEqualTo(300);
    assertThat(Parameters.read(true, 1).questions())
        .isLessThan(Parameters.read(false, 1).questions());
  }

  @Test
  void expectSecondsOfTheSameStepsForBoth() {
    assertThat(Parameters.read(true, 1).expectedSeconds().keySet())
        .containsExactlyElementsOf(Parameters.read(false, 1).expectedSeconds().keySet());
  }

  @Test
  void followTheSeed() {
    assertThat(Parameters.read(true, 5).shapes().seed()).isEqualTo(5);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void openWithTheirArithmetic(boolean smoke) throws IOException {
    Path file =
        Path.of("src/main/resources/parrot/jobs/quickstart")
            .resolve(smoke ? "smoke.yaml" : "quickstart.yaml");
    String yaml = Files.readString(file);
    String corrected = yaml;
    for (String stage : new String[] {"align", "instruct"}) {
      int begin = corrected.indexOf("# Arithmetic of " + stage + "\n");
      int end = corrected.indexOf("\n#\n", begin);
      end = end < 0 ? corrected.indexOf("\n\n", begin) : end;
      corrected =
          corrected.substring(0, begin)
              + RecipeArithmetic.corrected(corrected.substring(begin, end), training(smoke, stage))
              + corrected.substring(end);
    }
    if ("write".equals(System.getProperty("parrot.docs"))) {
      Files.writeString(file, corrected);
    } else {
      assertThat(yaml).as("%s (-Dparrot.docs=write)", file).isEqualTo(corrected);
    }
    ShapesConfig shapes = Parameters.read(smoke, 7).shapes();
    assertThat(yaml)
        .contains("samples: %,d  captions".formatted(shapes.captions()))
        .contains("samples: %,d  conversations".formatted(shapes.conversations()));
  }
}
