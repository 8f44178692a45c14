package parrot.jobs.export;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.datasets.UsageException;
import parrot.datasets.storage.AtomicFolder;
import parrot.datasets.storage.FileSystems;
import parrot.datasets.storage.InputGuard;
import parrot.jobs.checkpoint.Checkpoints;
import parrot.jobs.checkpoint.Companions;
import parrot.model.config.DecoderFamily;
import parrot.model.config.ExpertsConfig;
import parrot.model.config.MoeFormula;
import parrot.model.config.ParrotConfig;
import parrot.model.config.VisionFamily;
import parrot.model.weights.DataType;
import parrot.model.weights.ModelFolder;
import parrot.model.weights.SafetensorsWriter;
import parrot.model.weights.TensorNames;
import parrot.model.weights.TensorSpec;
import parrot.model.weights.Weights;

/**
 * Writes models as the published Python code opens them.
 *
 * @param type of the weights; empty to keep the type that each is stored in
 * @param shardBytes largest file of weights
 * @param visionTower the mm_vision_tower to write; its last part names the folder of the vision
 *     encoder's configuration
 * @param replace whether the folder may exist
 */
record Export(Optional<DataType> type, long shardBytes, String visionTower, boolean replace) {
  /** By which the published code (multimodal_encoder/builder.py) knows a CLIP. */
  private static final String PUBLISHED_TOWER = "/clip-vit";

  private static final ObjectWriter JSON = new ObjectMapper().writerWithDefaultPrettyPrinter();
  private static final String CONFIG = "config.json";

  /**
   * @param given a model, or a run, of which the newest checkpoint is written
   * @return what to tell the user
   */
  List<String> write(Path given, Path out, Configuration hadoop) throws IOException {
    Path source = Checkpoints.resolveModel(given, hadoop);
    InputGuard.requireOutside(out, List.of(source), hadoop);
    try (ModelFolder model = ModelFolder.open(source, hadoop)) {
      requirePublishedComputation(model.requireMerged().config(), source);
      return write(source, model.config(), model.weights(), out, hadoop);
    }
  }

  /**
   * Writes a folder with the files beside one model and the weights of another, or its own.
   *
   * @param source whose tokenizer and generation files are carried along
   * @return what to tell the user
   */
  List<String> write(
      Path source, ParrotConfig config, Weights weights, Path out, Configuration hadoop)
      throws IOException {
    FileSystem files = FileSystems.of(out, hadoop);
    List<String> lines = new ArrayList<>();
    try (AtomicFolder folder = AtomicFolder.create(files, out, replace)) {
      Path to = folder.path();
      writeJson(files, new Path(to, CONFIG), json(config));
      Path vision = new Path(to, new Path(visionTower).getName());
      writeJson(files, new Path(vision, CONFIG), config.vision().toJson());
      ObjectNode preprocessor = ImagePreprocessor.json(config.vision());
      writeJson(files, new Path(vision, ImagePreprocessor.FILE), preprocessor);
      writeJson(files, new Path(to, ImagePreprocessor.FILE), preprocessor);
      List<String> carried = Companions.copyAll(source, files, to);
      List<Path> written = writeWeights(weights, files, to);
      folder.publish();
      lines.add(
          "Written to %s: %d %s of weights, %s"
              .formatted(
                  files.makeQualified(out),
                  written.size(),
                  written.size() == 1 ? "file" : "files",
                  carried));
      if (!carried.contains("tokenizer_config.json")) {
        lines.add(
            "The published code also needs tokenizer_config.json, which is not beside the model;"
                + " copy it from the decoder's folder.");
      }
      if (!visionTower.contains(PUBLISHED_TOWER)) {
        lines.add(
            "The published code opens no vision encoder whose name is without %s, as %s is: name it with --vision-tower, as openai/clip-vit-large-patch14-336."
                .formatted(PUBLISHED_TOWER, visionTower));
      }
    }
    return lines;
  }

  /**
   * The published code knows one decoder, one vision encoder, no choice of experts and not the
   * paper's formula.
   */
  private static void requirePublishedComputation(ParrotConfig config, Path source) {
    DecoderFamily family = config.decoder().family();
    if (family != DecoderFamily.QWEN2) {
      throw new UsageException(
          "Cannot export %s: its decoder is a %s, and the published code has Parrots of Qwen1.5, Qwen2 and Qwen2.5 alone; the folder itself opens here"
              .formatted(source, family));
    }
    VisionFamily vision = config.vision().family();
    if (vision != VisionFamily.CLIP) {
      throw new UsageException(
          "Cannot export %s: its vision encoder is a %s, and the published code opens Parrots with CLIP alone; the folder itself opens here"
              .formatted(source, vision));
    }
    ExpertsConfig experts = config.experts();
    boolean selects = experts.used() && experts.topK() < experts.count();
    if (selects || experts.formula() != MoeFormula.PUBLISHED) {
      throw new UsageException(
          "Cannot export %s: the published code computes all experts by the published formula (moe_top_k is %d of %d, moe_formula is %s)"
              .formatted(source, experts.topK(), experts.count(), experts.formula()));
    }
  }

  private ObjectNode json(ParrotConfig config) {
    ParrotConfig placed = config.withVisionTower(visionTower);
    return type.map(one -> placed.withTorchDtype(one == DataType.BF16 ? "bfloat16" : "float32"))
        .orElse(placed)
        .toJson();
  }

  private List<Path> writeWeights(Weights weights, FileSystem files, Path to) throws IOException {
    Map<String, String> names = new LinkedHashMap<>();
    List<TensorSpec> tensors = new ArrayList<>();
    for (String name : weights.names()) {
      boolean vision = name.startsWith(TensorNames.VISION);
      String published = vision ? TensorNames.VISION_IN_MODEL + name : name;
      names.put(published, name);
      tensors.add(new TensorSpec(published, weights.shape(name), true));
    }
    return new SafetensorsWriter(
            tensor -> type.orElseGet(() -> weights.fileType(names.get(tensor.name()))))
        .write(
            files,
            to,
            tensors,
            (tensor, sink) -> weights.read(names.get(tensor.name()), sink),
            shardBytes);
  }

  private static void writeJson(FileSystem files, Path file, ObjectNode json) throws IOException {
    FileSystems.writeText(files, file, JSON.writeValueAsString(json) + "\n");
  }
}
