package parrot.benchmarks.suite;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import parrot.benchmarks.measure.ProgressLog;
import parrot.benchmarks.process.Usage;
import parrot.benchmarks.workload.PretrainedParts;
import parrot.model.config.ParrotConfig;

/**
 * Training runs of the program itself on the quickstart's world and model, each a process that is
 * started as users start it. World, shards and the aligned model are made once.
 */
final class ShapesRuns {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final String ALIGN =
      """
      stage: align
      out: runs/align
      model: {folder: pretrained, tokenizer: world/tokenizer.json, initialize: [projector]}
      data: [shards/captions]
      held_out: {data: [shards/held-out-captions], every: 100, examples: 120}
      replicas: 1
      average_every: 50
      batch_size: 16
      epochs: 1
      optimizer: {learning_rate: 3.0e-3, minimum_rate: 1.0e-4, warmup_steps: 30, beta2: 0.95}
      seed: 1
      """;

  private static final String INSTRUCT =
      """
      stage: instruct
      out: runs/none
      model: {folder: runs/align, initialize: [experts], experts_start: small}
      data: [shards/conversations]
      held_out: {data: [shards/held-out-conversations], every: 1000, examples: 600}
      batch_size: 16
      optimizer: {learning_rate: 1.5e-3, minimum_rate: 5.0e-5, warmup_steps: 30, beta2: 0.95}
      checkpoints: {keep: 1}
      """;

  private final Path home;
  private final Path folder;
  private final Path logs;
  private final ProgressLog progress;

  /**
   * @param target folder that keeps what is made
   */
  ShapesRuns(Path target, Path logs, ProgressLog progress) throws IOException {
    this.home = Path.of(System.getProperty("parrot.home", "")).toAbsolutePath();
    this.folder = target.resolve("shapes");
    this.logs = logs;
    this.progress = progress;
    prepare();
  }

  private void prepare() throws IOException {
    Files.createDirectories(folder);
    Files.createDirectories(logs);
    if (!Files.exists(folder.resolve("world/_SUCCESS"))) {
      progress.say("making the world (once)");
      parrot(
          "world",
          "shapes",
          "--out",
          "world",
          "--captions",
          "6000",
          "--conversations",
          "12000",
          "--heldout",
          "600",
          "--questions",
          "100",
          "--choice-answers",
          "text",
          "--image-size",
          "112",
          "--seed",
          "1");
    }
    shards("captions", "train/captions.json");
    shards("conversations", "train/conversations.json");
    shards("held-out-captions", "heldout/captions.json");
    shards("held-out-conversations", "heldout/conversations.json");
    new PretrainedParts(home).write(folder.resolve("pretrained"));
    if (!Files.exists(folder.resolve("runs/align/done"))) {
      progress.say("aligning the model (once)");
      Files.writeString(folder.resolve("align.yaml"), ALIGN);
      parrot("align", "train", "align.yaml", "--overwrite", "--master", "local[2]");
      Files.createFile(folder.resolve("runs/align/done"));
    }
    Files.writeString(folder.resolve("instruct.yaml"), INSTRUCT);
  }

  private void shards(String name, String input) throws IOException {
    if (!Files.exists(folder.resolve("shards").resolve(name).resolve("_SUCCESS"))) {
      progress.say("preprocessing %s (once)", name);
      parrot(
          "shards-" + name,
          "preprocess",
          "--input",
          "world/" + input,
          "--images",
          "world",
          "--tokenizer",
          "world/tokenizer.json",
          "--out",
          "shards/" + name,
          "--image-size",
          "56",
          "--max-length",
          "256",
          "--shard-rows",
          "2048",
          "--row-group-rows",
          "128",
          "--master",
          "local[2]");
    }
  }

  /**
   * Where a run takes place.
   *
   * @param environment of the launcher
   * @param before words before the command
   * @param after words after all others
   */
  record Place(Map<String, String> environment, List<String> before, List<String> after) {
    /**
     * One process.
     *
     * @param heap such as {@code 6g}
     * @param slots replicas at a time
     */
    static Place local(String heap, int slots) {
      return new Place(
          Map.of("PARROT_HEAP", heap), List.of(), List.of("--master", "local[" + slots + "]"));
    }
  }

  /** Processes of Spark and HDFS on this machine. */
  final class Cluster implements AutoCloseable {
    private final String path = folder.resolve("cluster").toString();

    private Cluster(int workers, int memory) throws IOException {
      progress.say("starting a cluster of workers: %d", workers);
      close(); // one that was left behind
      parrot(
          "cluster-up",
          "cluster",
          "up",
          "--folder",
          path,
          "--workers",
          "" + workers,
          "--memory",
          "" + memory);
    }

    Place place() {
      return new Place(Map.of("PARROT_CLUSTER", path), List.of("--on", "cluster"), List.of());
    }

    @Override
    public void close() throws IOException {
      if (Files.exists(Path.of(path))) {
        parrot("cluster-down", "cluster", "down", "--folder", path);
      }
    }
  }

  /**
   * @param memory of each worker in MiB
   */
  Cluster cluster(int workers, int memory) throws IOException {
    return new Cluster(workers, memory);
  }

  /**
   * A run that has ended.
   *
   * @param lines of its metrics
   * @param driverBytes most resident memory of the process that drove it
   */
  record Run(List<JsonNode> lines, long driverBytes) {}

  /**
   * Trains anything on the shards.
   *
   * @param yaml of the run, whose folder is {@code runs/NAME}
   */
  Run train(String name, String yaml, Place place) throws IOException {
    progress.say("training %s", name);
    Files.writeString(folder.resolve(name + ".yaml"), yaml);
    List<String> words = new ArrayList<>(place.before());
    words.addAll(List.of("train", name + ".yaml", "--overwrite"));
    words.addAll(place.after());
    long bytes = parrot(name, place.environment(), words.toArray(String[]::new));
    return new Run(metrics(name), bytes);
  }

  private List<JsonNode> metrics(String name) throws IOException {
    List<JsonNode> lines = new ArrayList<>();
    for (String line : Files.readAllLines(folder.resolve("runs/" + name + "/metrics.jsonl"))) {
      lines.add(JSON.readTree(line));
    }
    return lines;
  }

  /** Writes a model of which only the configuration matters. */
  void describe(String name, ParrotConfig config) throws IOException {
    Path to = folder.resolve("models").resolve(name);
    Files.createDirectories(to.resolve(config.mmVisionTower()));
    JSON.writeValue(to.resolve("config.json").toFile(), config.toJson());
    JSON.writeValue(
        to.resolve(config.mmVisionTower()).resolve("config.json").toFile(),
        config.vision().toJson());
  }

  /** Makes room. */
  void forget(String name) throws IOException {
    try (Stream<Path> files = Files.walk(folder.resolve("runs").resolve(name))) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  /**
   * Trains stage 2.
   *
   * @param settings {@code key=value}, before those of the file
   * @return the lines of the run's metrics
   */
  List<JsonNode> train(String name, List<String> settings) throws IOException {
    progress.say("training %s", name);
    List<String> words =
        new ArrayList<>(List.of("train", "instruct.yaml", "--overwrite", "--master", "local[2]"));
    words.addAll(List.of("--set", "out=runs/" + name));
    settings.forEach(setting -> words.addAll(List.of("--set", setting)));
    parrot(name, words.toArray(String[]::new));
    return metrics(name);
  }

  /** Accuracy of a run's model on the world's benchmark, the mean over languages. */
  double accuracy(String name) throws IOException {
    Path scores = folder.resolve("scores").resolve(name);
    parrot(
        name + "-scores",
        "evaluate",
        "--model",
        "runs/" + name,
        "--benchmark",
        "world/benchmark",
        "--out",
        "scores/" + name,
        "--overwrite",
        "--max-new-tokens",
        "8",
        "--master",
        "local[2]");
    try (Stream<Path> files = Files.walk(scores)) {
      Path file = files.filter(path -> path.endsWith("scores.json")).findFirst().orElseThrow();
      JsonNode benchmark = JSON.readTree(file.toFile()).path("benchmarks").path(0);
      return benchmark
          .path("macroAverage")
          .path(benchmark.path("metric").asText())
          .asDouble(Double.NaN);
    }
  }

  /**
   * Questions about images of the world, in its languages, as chat completions.
   *
   * @param count of them at most
   */
  List<String> questions(int count) throws IOException {
    List<String> bodies = new ArrayList<>();
    for (JsonNode row :
        JSON.readTree(folder.resolve("world/heldout/conversations.json").toFile())) {
      String question = row.at("/conversations/0/value").asText();
      if (row.has("image") && bodies.size() < count) {
        byte[] image =
            Files.readAllBytes(folder.resolve("world").resolve(row.path("image").asText()));
        bodies.add(completion(question.replace("<image>", "").strip(), image));
      }
    }
    return bodies;
  }

  private static String completion(String question, byte[] image) {
    ObjectNode body = JSON.createObjectNode().put("model", "served").put("temperature", 0);
    body.put("max_tokens", 32).put("logprobs", true);
    ArrayNode content =
        body.putArray("messages").addObject().put("role", "user").putArray("content");
    content.addObject().put("type", "text").put("text", question);
    String uri = "data:image/png;base64," + Base64.getEncoder().encodeToString(image);
    content.addObject().put("type", "image_url").putObject("image_url").put("url", uri);
    return body.toString();
  }

  /**
   * Serves a run's model, under the name {@code served}.
   *
   * @param options of the command
   */
  ServedModel serve(String name, String... options) throws IOException {
    progress.say("starting the server");
    List<String> command = new ArrayList<>(List.of(home.resolve("parrot").toString(), "serve"));
    command.addAll(List.of("--model", "runs/" + name, "--name", "served", "--port", "0"));
    command.addAll(List.of(options));
    Path log = logs.resolve("serve.log");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().put("PARROT_HEAP", "1g"); // garbage must not look like growth
    return new ServedModel(builder.start(), log);
  }

  private void parrot(String name, String... words) throws IOException {
    parrot(name, Map.of(), words);
  }

  /**
   * @return most resident memory
   */
  private long parrot(String name, Map<String, String> environment, String... words)
      throws IOException {
    List<String> command = new ArrayList<>(List.of(home.resolve("parrot").toString()));
    command.addAll(List.of(words));
    Path log = logs.resolve(name + ".log");
    return Usage.of(command, folder, environment, log).peakBytes();
  }
}
