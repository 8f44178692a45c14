package parrot.jobs.quickstart;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import parrot.datasets.shapes.MultipleChoiceAnswers;
import parrot.datasets.shapes.ShapesConfig;
import parrot.jobs.config.TrainConfig;
import parrot.jobs.config.TrainConfigReader;
import parrot.model.config.ConfigSource;
import parrot.model.config.StrictMap;

/**
 * How much the quickstart makes and how it trains, from {@code quickstart.yaml}; for a smoke run
 * {@code smoke.yaml} overrides some of it.
 */
final class Parameters {
  private static final YAMLMapper YAML =
      YAMLMapper.builder().disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER).build();

  private static final ConfigSource SOURCE =
      new ConfigSource(
          " in quickstart.yaml",
          key -> "Missing key " + key + " in quickstart.yaml",
          IllegalStateException::new);

  private final ShapesConfig shapes;
  private final int shardRows;
  private final int rowGroupRows;
  private final int maxLength;
  private final int maxNewTokens;
  private final Map<String, ObjectNode> stages = new HashMap<>();
  private final Map<String, Double> expectedSeconds = new LinkedHashMap<>();
  private final long seed;

  private Parameters(StrictMap map, long seed) {
    this.seed = seed;
    shapes = shapes(map.map("shapes"), seed);
    StrictMap preprocess = map.map("preprocess");
    shardRows = preprocess.positive("shard_rows");
    rowGroupRows = preprocess.positive("row_group_rows");
    maxLength = preprocess.positive("max_length");
    maxNewTokens = map.map("evaluate").positive("max_new_tokens");
    for (String stage : List.of("align", "instruct", "without_experts")) {
      stages.put(stage, map.anything(stage));
    }
    StrictMap seconds = map.map("expected_seconds");
    seconds.keys().forEach(step -> expectedSeconds.put(step, seconds.positiveNumber(step, 0)));
    map.refuseOthers();
  }

  private static ShapesConfig shapes(StrictMap map, long seed) {
    return ShapesConfig.builder()
        .seed(seed)
        .captions(map.positive("captions"))
        .conversations(map.positive("conversations"))
        .heldout(map.positive("held_out"))
        .benchmarkQuestions(map.positive("questions"))
        .imageSize(map.positive("picture_size"))
        .multipleChoiceAnswers(MultipleChoiceAnswers.of(map.text("choice_answers")))
        .build();
  }

  static Parameters read(boolean smoke, long seed) {
    ObjectNode root = resource("quickstart.yaml");
    if (smoke) {
      merge(root, resource("smoke.yaml"));
    }
    return new Parameters(new StrictMap(root, SOURCE), seed);
  }

  private static ObjectNode resource(String name) {
    try (InputStream in = Parameters.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(name + " is not on the class path");
      }
      return (ObjectNode) YAML.readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Values of {@code over} replace those of {@code base}; maps are merged. */
  private static void merge(ObjectNode base, ObjectNode over) {
    over.fields()
        .forEachRemaining(
            field -> {
              JsonNode before = base.get(field.getKey());
              if (before instanceof ObjectNode map && field.getValue() instanceof ObjectNode more) {
                merge(map, more);
              } else {
                base.set(field.getKey(), field.getValue());
              }
            });
  }

  ShapesConfig shapes() {
    return shapes;
  }

  int questions() {
    return shapes.benchmarkQuestions();
  }

  int shardRows() {
    return shardRows;
  }

  int rowGroupRows() {
    return rowGroupRows;
  }

  int maxLength() {
    return maxLength;
  }

  int maxNewTokens() {
    return maxNewTokens;
  }

  /** Expected seconds of the steps, in order. */
  Map<String, Double> expectedSeconds() {
    return expectedSeconds;
  }

  /**
   * A stage's training configuration.
   *
   * @param stage the section to read: {@code align}, {@code instruct}, {@code without_experts}
   *     (which is {@code instruct} with some values replaced)
   * @param model folder to start from
   */
  TrainConfig training(String stage, String out, String model, String data, String heldOut) {
    ObjectNode yaml = stages.get(stage).deepCopy();
    if (stage.equals("without_experts")) {
      ObjectNode instruct = stages.get("instruct").deepCopy();
      merge(instruct, yaml);
      yaml = instruct;
    }
    yaml.put("out", out);
    yaml.put("seed", seed);
    section(yaml, "model").put("folder", model);
    yaml.putArray("data").add(data);
    section(yaml, "held_out").putArray("data").add(heldOut);
    try {
      return TrainConfigReader.read(YAML.writeValueAsString(yaml), List.of());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ObjectNode section(ObjectNode yaml, String name) {
    return yaml.get(name) instanceof ObjectNode there ? there : yaml.putObject(name);
  }
}
