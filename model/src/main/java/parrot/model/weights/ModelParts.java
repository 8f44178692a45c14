package parrot.model.weights;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import parrot.model.ModelException;
import parrot.model.config.ConfigOfParts;
import parrot.model.config.ConfigOfParts.Trained;
import parrot.model.config.ParrotConfig;

/**
 * A model put together from a language model, a vision encoder and, if there is one, a projector
 * that was trained before. What no part holds has starting values.
 */
public final class ModelParts implements AutoCloseable {
  private static final Pattern LINEAR = Pattern.compile("(\\d+\\.)?weight");
  private static final String EXPERT = TensorNames.EXPERTS + "experts.0.gate_proj.weight";

  private final ParrotConfig config;
  private final ModelWeights weights;
  private final List<String> remarks;

  private ModelParts(ParrotConfig config, ModelWeights weights, List<String> remarks) {
    this.config = config;
    this.weights = weights;
    this.remarks = remarks;
  }

  /**
   * Where the parts lie.
   *
   * @param decoder folder of a language model, or of a Parrot whose decoder is meant
   * @param vision folder of a CLIP or SigLIP, or of a Parrot whose vision encoder is meant
   * @param projector a folder or a file; experts that lie there are taken with it
   */
  public record Places(Path decoder, Path vision, Optional<Path> projector) {
    public List<Path> all() {
      List<Path> all = new ArrayList<>(List.of(decoder, vision));
      projector.ifPresent(all::add);
      return all;
    }

    @Override
    public String toString() {
      return String.join(" + ", all().stream().map(Path::toString).toList());
    }
  }

  /**
   * Opens the parts, holds their configurations against each other and their tensors against these.
   *
   * @param experts 0 for a model without experts
   * @throws ModelException naming what is missing or contradicts, with both values
   */
  public static ModelParts open(
      Places places, int experts, Initializer initializer, Configuration hadoop) {
    List<Taken> parts = new ArrayList<>();
    boolean complete = false;
    try {
      Path file = new Path(places.decoder, ConfigFile.NAME);
      JsonNode json = ConfigFile.read(file, hadoop, "the decoder");
      VisionFolder vision = VisionFolder.of(places.vision, hadoop);
      Optional<Trained> trained = Optional.empty();
      if (places.projector.isPresent()) {
        Path place = places.projector.get();
        WeightFiles projector = WeightFiles.open(place, hadoop);
        parts.add(
            new Taken(
                place, projector, name -> isProjector(name) || experts > 0 && isExperts(name)));
        trained = Optional.of(trained(projector, place, experts, hadoop));
      }
      ParrotConfig config =
          ConfigOfParts.of(json, file.toString(), vision.config(), experts, trained);
      WeightFiles decoder = WeightFiles.open(places.decoder, hadoop);
      parts.add(new Taken(places.decoder, decoder, ModelParts::isDecoder));
      WeightFiles tower = vision.weights(hadoop, false).orElseThrow();
      parts.add(new Taken(places.vision, tower, ModelParts::isVision));

      ModelWeights weights = new ModelWeights(places.toString(), config, initializer);
      parts.forEach(part -> weights.add(part.tensors, part.wanted));
      List<String> fresh = new ArrayList<>();
      if (trained.isEmpty()) {
        fresh.add(TensorNames.PROJECTOR);
      }
      if (trained.isEmpty() || trained.get().expertWidth().isEmpty()) {
        fresh.add(TensorNames.EXPERTS);
      }
      weights.check(fresh);
      List<String> remarks = remarks(weights, parts);
      if (config.experts().used() && !config.vision().family().classToken()) {
        remarks.add(
            "%s has no class token: the router asks with the first patch, as the published code does."
                .formatted(config.vision().family()));
      } else if (config.experts().used() && trained.stream().anyMatch(Trained::withoutClassToken)) {
        remarks.add(
            "The projector learned without the class token (mm_vision_select_feature is patch), which"
                + " experts need (cls_patch): train it (stage align) before the rest.");
      }
      complete = true;
      return new ModelParts(config, weights, remarks);
    } finally {
      if (!complete) {
        parts.forEach(part -> part.tensors.close());
      }
    }
  }

  private static Trained trained(Weights projector, Path place, int experts, Configuration hadoop) {
    int depth =
        (int)
            projector.names().stream()
                .filter(ModelParts::isProjector)
                .map(name -> name.substring(TensorNames.PROJECTOR.length()))
                .filter(name -> LINEAR.matcher(name).matches())
                .count();
    if (depth == 0) {
      throw new ModelException(
          "Cannot use the projector in %s: it holds no %sweight, but %s"
              .formatted(place, TensorNames.PROJECTOR, NameList.of(projector.names())));
    }
    int stored =
        projector.names().contains(TensorNames.ROUTER) ? projector.shape(TensorNames.ROUTER)[0] : 0;
    if (stored > 0 && experts > 0 && stored != experts) {
      throw new ModelException(
          "Cannot take %d experts from %s: it holds %d (ask for as many, or name a file with the projector alone)"
              .formatted(experts, place, stored));
    }
    Path file = ConfigFile.beside(place, hadoop);
    boolean configured = ConfigFile.exists(file, hadoop);
    return new Trained(
        configured
            ? ConfigFile.read(file, hadoop, "the projector")
            : JsonNodeFactory.instance.objectNode(),
        (configured ? file : place).toString(),
        depth,
        experts > 0 && projector.names().contains(EXPERT)
            ? OptionalInt.of(projector.shape(EXPERT)[0])
            : OptionalInt.empty());
  }

  private static List<String> remarks(ModelWeights weights, List<Taken> parts) {
    List<String> remarks = new ArrayList<>();
    if (weights.initialised().stream().anyMatch(ModelParts::isProjector)) {
      remarks.add("The projector is fresh.");
    }
    if (weights.initialised().stream().anyMatch(ModelParts::isExperts)) {
      remarks.add("The experts are fresh.");
    }
    for (Taken part : parts) {
      Set<String> others =
          part.tensors.names().stream()
              .filter(part.wanted.negate())
              .map(ModelParts::owner)
              .collect(Collectors.toCollection(TreeSet::new));
      if (!others.isEmpty()) {
        remarks.add("Not taken from %s: %s.".formatted(part.place, String.join(", ", others)));
      }
    }
    return remarks;
  }

  /** Of a place, the tensors with wanted names. */
  private record Taken(Path place, Weights tensors, Predicate<String> wanted) {}

  private static String owner(String name) {
    if (isProjector(name)) {
      return "its projector";
    } else if (isExperts(name)) {
      return "its experts";
    }
    return isVision(name) ? "its vision encoder" : "its language model";
  }

  private static boolean isVision(String name) {
    return name.startsWith(TensorNames.VISION);
  }

  private static boolean isDecoder(String name) {
    return !isVision(name) && !isProjector(name) && !isExperts(name);
  }

  private static boolean isProjector(String name) {
    return name.startsWith(TensorNames.PROJECTOR);
  }

  private static boolean isExperts(String name) {
    return name.startsWith(TensorNames.EXPERTS);
  }

  public ParrotConfig config() {
    return config;
  }

  /** All tensors that the configuration asks for. */
  public Weights weights() {
    return weights;
  }

  /** Sentences about what is fresh, and what was in the files but is not part of the model. */
  public List<String> remarks() {
    return remarks;
  }

  @Override
  public void close() {
    weights.close();
  }
}
