package parrot.jobs.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import parrot.model.config.ParrotConfig;
import parrot.model.config.VisionConfig;
import parrot.model.network.Part;
import parrot.model.weights.TensorNames;
import parrot.model.weights.TensorSpec;

/**
 * The arithmetic that opens a recipe, as comments of the form {@code # name: number words}. Some of
 * it is given: {@code model}, {@code samples} and {@code tokens a sample}. The rest follows from it
 * and from the recipe's values.
 */
public final class RecipeArithmetic {
  private static final Path ROOT = Path.of("..");
  private static final Pattern NUMBER = Pattern.compile("(?m)^#   ([a-z ]+): ([0-9,]+)");
  private static final Pattern MODEL = Pattern.compile("(?m)^#   model: (\\S+)");

  private RecipeArithmetic() {}

  /**
   * The comments as they should be.
   *
   * @param comments that open the recipe, or one section of it
   */
  public static String corrected(String comments, TrainConfig config) throws IOException {
    Map<String, Long> numbers = numbers(comments, config);
    return NUMBER
        .matcher(comments)
        .replaceAll(
            line -> {
              Long number = numbers.get(line.group(1));
              if (number == null) {
                throw new IllegalStateException("No arithmetic for " + line.group());
              }
              return "#   %s: %s"
                  .formatted(line.group(1), String.format(Locale.ROOT, "%,d", number));
            });
  }

  private static Map<String, Long> numbers(String comments, TrainConfig config) throws IOException {
    TrainConfig.Rounds rounds = config.rounds();
    ParrotConfig model = model(comments, config);
    long samples = given(comments, "samples");
    long examples = Math.round(config.length().epochs().orElseThrow() * samples);
    long steps = ceil(examples, rounds.samplesPerStep());
    long learns = 0;
    long frozen = 0;
    for (TensorSpec tensor : TensorNames.of(model)) {
      if (config.train().contains(Part.of(tensor.name()))) {
        learns += tensor.elements();
      } else if (tensor.required()) {
        frozen += tensor.elements();
      }
    }
    Map<String, Long> numbers = new LinkedHashMap<>();
    numbers.put("samples", samples);
    numbers.put("tokens a sample", given(comments, "tokens a sample"));
    numbers.put("tokens", examples * given(comments, "tokens a sample"));
    numbers.put("samples a step", (long) rounds.samplesPerStep());
    numbers.put("steps", steps);
    numbers.put("rounds", ceil(steps, rounds.averageEvery()));
    numbers.put("learns", learns);
    numbers.put("frozen", frozen);
    numbers.put("bytes a round", rounds.replicas() * rounds.averaging().sentBytes(learns));
    numbers.put("memory a replica", 4L * Float.BYTES * learns + Float.BYTES * frozen);
    return numbers;
  }

  private static long ceil(long amount, long divisor) {
    return (amount + divisor - 1) / divisor;
  }

  private static long given(String comments, String name) {
    Matcher line = Pattern.compile("(?m)^#   " + name + ": ([0-9,]+)").matcher(comments);
    if (!line.find()) {
      throw new IllegalStateException("The arithmetic lacks " + name);
    }
    return Long.parseLong(line.group(1).replace(",", ""));
  }

  /** The model whose shape the comments name, with what the run changes of it. */
  static ParrotConfig model(String comments, TrainConfig config) throws IOException {
    Matcher line = MODEL.matcher(comments);
    if (!line.find()) {
      throw new IllegalStateException("The arithmetic lacks model");
    }
    Path folder = ROOT.resolve(line.group(1));
    JsonNode json = json(folder);
    VisionConfig vision =
        VisionConfig.of(json(folder.resolve(json.path("mm_vision_tower").asText())), "vision");
    ParrotConfig model =
        ParrotConfig.of(json, vision, folder.toString()).with(config.model().config());
    return model
        .withUseMoe(config.useMoe().orElse(model.experts().used()))
        .withAdapters(config.adapters());
  }

  private static JsonNode json(Path folder) throws IOException {
    return new ObjectMapper().readTree(folder.resolve("config.json").toFile());
  }
}
