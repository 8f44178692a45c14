package parrot.jobs.train;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import parrot.model.ModelException;
import parrot.model.config.DecoderConfig;
import parrot.model.config.ParrotConfig;
import parrot.model.network.Part;
import parrot.model.weights.ConfigFile;

/**
 * Holds the {@code config.json} beside a part's weights against the model that it becomes part of.
 */
final class PartConfig {
  private PartConfig() {}

  /**
   * @param place of the part, a folder or a file; without a {@code config.json} there is nothing to
   *     compare
   * @param model what the run calls the model, for messages
   * @throws ModelException naming each contradiction with both values
   */
  static void check(
      Part part, Path place, ParrotConfig config, String model, Configuration hadoop) {
    Path file = ConfigFile.beside(place, hadoop);
    if (!ConfigFile.exists(file, hadoop)) {
      return;
    }
    JsonNode json = ConfigFile.read(file, hadoop, "the " + part.key());
    List<String> contradictions = new ArrayList<>();
    if (part == Part.DECODER) {
      DecoderConfig own = DecoderConfig.of(json, config.tokenizerModelMaxLength(), file.toString());
      contradictions.addAll(config.decoder().contradictions(own));
    } else if (part == Part.PROJECTOR) {
      compare(json, "mm_projector_type", config.projector().type(), contradictions);
      compare(
          json,
          "mm_vision_select_layer",
          String.valueOf(config.projector().selectLayer()),
          contradictions);
    }
    if (!contradictions.isEmpty()) {
      throw new ModelException(
          "Cannot start from %s: its config.json contradicts that of model.folder, %s: %s (correct the one that is wrong, or set the keys in model.config)"
              .formatted(place, model, String.join(", ", contradictions)));
    }
  }

  private static void compare(
      JsonNode json, String key, String expected, List<String> contradictions) {
    if (json.hasNonNull(key) && !json.get(key).asText().equals(expected)) {
      contradictions.add(key + " (got " + json.get(key).asText() + ", expected " + expected + ")");
    }
  }
}
