package parrot.model.weights;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import parrot.model.ModelException;
import parrot.model.config.VisionConfig;

/**
 * The vision encoder of a model: how it is configured, and where its tensors may lie.
 *
 * @param config of the encoder
 * @param folders that may hold its tensors; the first that does counts, so that the trained encoder
 *     inside a Parrot's weights comes before the CLIP that it started from
 */
public record VisionFolder(VisionConfig config, List<Path> folders) {
  private static final String TOWER = "mm_vision_tower";
  private static final String NESTED = "vision_config";
  private static final String DECODER_LAYERS = "num_hidden_layers";
  private static final Pattern ADDRESS = Pattern.compile("https?://[^/]*/");

  /**
   * A CLIP's folder, or the vision encoder of a Parrot's folder.
   *
   * @throws ModelException if there is none
   */
  public static VisionFolder of(Path folder, Configuration configuration) {
    Path file = new Path(folder, ConfigFile.NAME);
    JsonNode json = ConfigFile.read(file, configuration, "the vision encoder");
    if (!json.hasNonNull(TOWER)) {
      return new VisionFolder(VisionConfig.of(json, file.toString()), List.of(folder));
    }
    VisionFolder tower = ofModel(folder, json, configuration);
    List<Path> folders = new ArrayList<>(List.of(folder));
    folders.addAll(tower.folders);
    return new VisionFolder(tower.config, folders);
  }

  /**
   * The vision encoder that a model's configuration names: a folder, relative to the model's or
   * absolute, or the name of a published encoder, whose folder is then looked for beside the model.
   *
   * @param json the model's configuration
   * @throws ModelException naming all places where it was looked for
   */
  static VisionFolder ofModel(Path model, JsonNode json, Configuration configuration) {
    Path file = new Path(model, ConfigFile.NAME);
    String tower = json.path(TOWER).asText("");
    if (tower.isBlank()) {
      throw new ModelException(
          (json.hasNonNull(TOWER)
                  ? "Invalid mm_vision_tower: " + json.get(TOWER)
                  : "Missing key mm_vision_tower")
              + " in "
              + file
              + " (must be the folder of the vision encoder, relative to the model's or absolute"
              + (json.has(DECODER_LAYERS)
                  ? "; parrot assemble puts one beside a language model)"
                  : ")"));
    }
    Set<Path> places = places(model, tower, file);
    Optional<Path> folder =
        places.stream()
            .filter(place -> ConfigFile.exists(new Path(place, ConfigFile.NAME), configuration))
            .findFirst();
    if (json.hasNonNull(NESTED)) {
      VisionConfig nested = VisionConfig.of(json, file.toString());
      return folder.isPresent()
          ? ofNested(nested, folder.get(), configuration)
          : new VisionFolder(
              nested,
              places.stream().filter(place -> ConfigFile.exists(place, configuration)).toList());
    }
    if (folder.isEmpty()) {
      throw new ModelException(
          "Cannot find the vision encoder "
              + tower
              + " that mm_vision_tower in "
              + file
              + " names: there is no config.json in "
              + String.join(", ", places.stream().map(Path::toString).toList())
              + " (put its folder at one of these places, or name it in mm_vision_tower; a training"
              + " run can name it in model.vision)");
    }
    return of(folder.get(), configuration);
  }

  /** Where a folder or a published name may be meant to lie. */
  private static Set<Path> places(Path model, String tower, Path file) {
    Set<Path> places = new LinkedHashSet<>();
    Path parent = new Path(model.toString()).getParent(); // a trailing slash would be a parent
    try {
      Path written = new Path(ADDRESS.matcher(tower).replaceFirst(""));
      places.add(new Path(model, written));
      places.add(new Path(model, written.getName()));
      if (parent != null) {
        places.add(new Path(parent, written.getName()));
        places.add(new Path(parent, written));
      }
    } catch (IllegalArgumentException e) {
      throw new ModelException(
          "Invalid mm_vision_tower: " + tower + " (must be the name of a folder) in " + file, e);
    }
    places.remove(model);
    return places;
  }

  private static VisionFolder ofNested(
      VisionConfig nested, Path folder, Configuration configuration) {
    VisionFolder beside = of(folder, configuration);
    if (!beside.config.computes(nested)) {
      throw new ModelException(
          "Cannot use the vision encoder in "
              + folder
              + ": its config.json contradicts the model's vision_config (got "
              + beside.config.toJson()
              + ", expected "
              + nested.toJson()
              + "); remove the one that is wrong");
    }
    return beside;
  }

  /**
   * Opens the first folder that holds the encoder's tensors.
   *
   * @param mayBeMissing whether there need not be any
   * @return empty if there are none
   * @throws ModelException if there are none and there must be
   */
  public Optional<WeightFiles> weights(Configuration configuration, boolean mayBeMissing) {
    for (Path folder : folders) {
      Optional<WeightFiles> weights = WeightFiles.openIfPresent(folder, configuration);
      if (weights.isPresent()) {
        if (weights.get().names().stream().anyMatch(name -> name.startsWith(TensorNames.VISION))) {
          return weights;
        }
        weights.get().close();
      }
    }
    if (!mayBeMissing && !folders.isEmpty()) {
      return Optional.of(WeightFiles.open(folders.get(folders.size() - 1), configuration));
    }
    return Optional.empty();
  }
}
