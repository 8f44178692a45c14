package parrot.model.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import parrot.model.ModelException;

/** Where the vision encoder of a model is looked for. */
class VisionFolderTest {
  private static final String CLIP = "{\"hidden_size\": 32, \"num_attention_heads\": 4}";

  private final Configuration configuration = new Configuration(false);
  @TempDir Path temporary;

  private void write(String file, String json) throws IOException {
    Path path = temporary.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, json);
  }

  private VisionFolder open() {
    return VisionFolder.of(
        new org.apache.hadoop.fs.Path(temporary.resolve("models/parrot").toString()),
        configuration);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "models/parrot/openai/clip-vit-large-patch14-336",
        "models/parrot/clip-vit-large-patch14-336",
        "models/clip-vit-large-patch14-336",
        "models/openai/clip-vit-large-patch14-336"
      })
  void aPublishedNameIsLookedForBesideTheModel(String place) throws IOException {
    write(
        "models/parrot/config.json",
        "{\"mm_vision_tower\": \"openai/clip-vit-large-patch14-336\"}");
    assertThatThrownBy(this::open)
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith(
            "Cannot find the vision encoder openai/clip-vit-large-patch14-336 that mm_vision_tower")
        .hasMessageContaining(temporary.resolve(place).toString())
        .hasMessageContaining("a training run can name it in model.vision");
    write(place + "/config.json", CLIP);
    assertThat(open().config().hiddenSize()).isEqualTo(32);
    assertThat(open().folders())
        .extracting(org.apache.hadoop.fs.Path::toString)
        .containsExactly(
            temporary.resolve("models/parrot").toString(), temporary.resolve(place).toString());
  }

  @Test
  void anAddressIsLookedForByTheNameInIt() throws IOException {
    write(
        "models/parrot/config.json", "{\"mm_vision_tower\": \"https://hub.example/openai/clip\"}");
    write("models/openai/clip/config.json", CLIP);
    assertThat(open().config().hiddenSize()).isEqualTo(32);
  }

  @Test
  void theNameIsOneText() throws IOException {
    write("models/parrot/config.json", "{\"mm_vision_tower\": [\"clip\"]}");
    assertThatThrownBy(this::open)
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("Invalid mm_vision_tower: [\"clip\"] in ");
  }

  @Test
  void aPathOfAnotherMachineIsLookedForByItsLastName() throws IOException {
    write("models/parrot/config.json", "{\"mm_vision_tower\": \"/nfs/of/others/clip\"}");
    write("models/clip/config.json", CLIP);
    assertThat(open().config().hiddenSize()).isEqualTo(32);
  }

  @Test
  void aConfigurationInsideTheModelsNeedsNoFolder() throws IOException {
    write(
        "models/parrot/config.json",
        "{\"model_type\": \"parrot_qwen2\", \"mm_vision_tower\": \"clip\", \"vision_config\": "
            + CLIP
            + "}");
    assertThat(open().config().hiddenSize()).isEqualTo(32);
    assertThat(open().folders()).hasSize(1);
    write("models/clip/weights alone", "");
    assertThat(open().folders()).hasSize(2);
    write("models/clip/config.json", CLIP);
    assertThat(open().folders()).hasSize(2);
    write("models/clip/config.json", "{\"hidden_size\": 64, \"num_attention_heads\": 4}");
    assertThatThrownBy(this::open)
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("its config.json contradicts the model's vision_config");
  }

  @Test
  void aNumberThatJsonDoesNotKnowIsRefusedInWords() throws IOException {
    write("models/parrot/config.json", "{\"rms_norm_eps\": NaN}");
    assertThatThrownBy(this::open)
        .isInstanceOf(ModelException.class)
        .hasMessageEndingWith("no valid JSON, line 1: Non-standard token 'NaN'");
  }

  @Test
  void aKeyThatStandsTwiceIsRefused() throws IOException {
    write("models/parrot/config.json", "{\"hidden_size\": 32,\n\"hidden_size\": 64}");
    assertThatThrownBy(this::open)
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("config.json: no valid JSON, line 2: Duplicate field 'hidden_size'");
  }
}
