package parrot.jobs.quickstart;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import parrot.datasets.shapes.MultipleChoiceAnswers;
import parrot.datasets.shapes.ShapesConfig;
import parrot.jobs.config.TrainConfig;
import parrot.jobs.config.TrainConfigReader;

/**
 * How much the quickstart makes and how it trains, from {@code quickstart.yaml}; for a smoke run
 * {@code smoke.yaml} overrides some of it.
 */
final class Parameters {
  private static final YAMLMapper YAML =
      YAMLMapper.builder().disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER).build();

  private final ObjectNode root;
  private final long seed;

  private Parameters(ObjectNode root, long seed) {
    this.root = root;
    this.seed = seed;
  }

  static Parameters read(boolean smoke, long seed) {
    ObjectNode root = resource("quickstart.yaml");
    if (smoke) {
      merge(root, resource("smoke.yaml"));
    }
    return new Parameters(root, seed);
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

  private int number(String section, String key) {
    JsonNode value = root.path(section).path(key);
    if (!value.isInt()) {
      throw new IllegalStateException("quickstart.yaml lacks " + section + "." + key);
    }
    return value.intValue();
  }

  ShapesConfig shapes() {
    return ShapesConfig.builder()
        .seed(seed)
        .captions(number("shapes", "captions"))
        .conversations(number("shapes", "conversations"))
        .heldout(number("shapes", "held_out"))
        .benchmarkQuestions(questions())
        .imageSize(number("shapes", "picture_size"))
        .multipleChoiceAnswers(
            MultipleChoiceAnswers.of(root.path("shapes").path("choice_answers").asText()))
        .build();
  }

  int questions() {
    return number("shapes", "questions");
  }

  int shardRows() {
    return number("preprocess", "shard_rows");
  }

  int rowGroupRows() {
    return number("preprocess", "row_group_rows");
  }

  int maxLength() {
    return number("preprocess", "max_length");
  }

  int maxNewTokens() {
    return number("evaluate", "max_new_tokens");
  }

  /** Expected seconds of the steps, in order. */
  Map<String, Double> expectedSeconds() {
    Map<String, Double> seconds = new LinkedHashMap<>();
    root.path("expected_seconds")
        .fields()
        .forEachRemaining(step -> seconds.put(step.getKey(), step.getValue().asDouble()));
    return seconds;
  }

  /**
   * A stage's training configuration.
   *
   * @param stage the section to read: {@code align}, {@code instruct}, {@code without_experts}
   *     (which is {@code instruct} with some values replaced)
   * @param model folder to start from
   */
  TrainConfig training(String stage, String out, String model, String data, String heldOut) {
    ObjectNode yaml = ((ObjectNode) root.path(stage)).deepCopy();
    if (stage.equals("without_experts")) {
      ObjectNode instruct = ((ObjectNode) root.path("instruct")).deepCopy();
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
