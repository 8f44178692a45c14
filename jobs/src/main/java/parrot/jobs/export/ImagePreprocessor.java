package parrot.jobs.export;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import parrot.datasets.image.VisionEncoder;
import parrot.model.ModelException;
import parrot.model.config.VisionConfig;
import parrot.model.config.VisionFamily;
import parrot.model.weights.ConfigFile;

/** The {@code preprocessor_config.json} of CLIP and SigLIP: how images are prepared here. */
final class ImagePreprocessor {
  static final String FILE = "preprocessor_config.json";

  private static final int BICUBIC = 3;

  /** The class that reads the file, and the crop of what is square already. */
  private static final Set<String> NOT_COMPUTED =
      Set.of("feature_extractor_type", "image_processor_type", "do_center_crop");

  private ImagePreprocessor() {}

  static ObjectNode json(VisionConfig vision) {
    ObjectNode json = new ObjectMapper().createObjectNode();
    int size = vision.imageSize();
    boolean clip = vision.family() == VisionFamily.CLIP;
    if (clip) {
      json.put("crop_size", size).put("do_center_crop", true);
    }
    json.put("do_normalize", true).put("do_resize", true);
    if (clip) {
      json.put("feature_extractor_type", "CLIPFeatureExtractor");
    } else {
      json.put("do_rescale", true).put("image_processor_type", "SiglipImageProcessor");
    }
    VisionEncoder encoder = VisionEncoder.of(vision.family().name());
    encoder.mean().forEach(json.putArray("image_mean")::add);
    encoder.deviation().forEach(json.putArray("image_std")::add);
    json.put("resample", BICUBIC);
    if (clip) {
      json.put("size", size);
    } else {
      json.putObject("size").put("height", size).put("width", size);
    }
    return json;
  }

  /**
   * Holds the file beside a vision encoder, if there is one, against how images are prepared here.
   *
   * @throws ModelException naming each key that asks for something else, with both values
   */
  static void check(Path folder, VisionConfig vision, Configuration hadoop) {
    Path file = new Path(folder, FILE);
    if (!ConfigFile.exists(file, hadoop)) {
      return;
    }
    JsonNode given = ConfigFile.read(file, hadoop, "the image preprocessor");
    List<String> contradictions = new ArrayList<>();
    for (Map.Entry<String, JsonNode> entry : json(vision).properties()) {
      JsonNode value = given.path(entry.getKey());
      boolean computed = !NOT_COMPUTED.contains(entry.getKey());
      if (computed && !value.isMissingNode() && !agrees(value, entry.getValue())) {
        contradictions.add(
            "%s (got %s, expected %s)".formatted(entry.getKey(), value, entry.getValue()));
      }
    }
    if (!contradictions.isEmpty()) {
      throw new ModelException(
          "Cannot use the vision encoder in %s: its %s asks for images that are not prepared here: %s"
              .formatted(folder, FILE, String.join(", ", contradictions)));
    }
  }

  /** Sizes may be one number, or a mapping of sides to numbers. */
  private static boolean agrees(JsonNode given, JsonNode expected) {
    if (expected.isObject()) {
      return agrees(given, expected.iterator().next());
    }
    if (given.isNumber() && expected.isNumber()) {
      return given.doubleValue() == expected.doubleValue();
    }
    if (given.isObject()) {
      return given.properties().stream().allMatch(side -> agrees(side.getValue(), expected));
    }
    if (given.isArray() && expected instanceof ArrayNode values && given.size() == values.size()) {
      for (int i = 0; i < values.size(); i++) {
        if (!agrees(given.get(i), values.get(i))) {
          return false;
        }
      }
      return true;
    }
    return given.equals(expected);
  }
}
