package parrot.model.weights;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import parrot.model.config.Adapters;
import parrot.model.config.DecoderConfig;
import parrot.model.config.ExpertsConfig;
import parrot.model.config.ParrotConfig;
import parrot.model.config.VisionConfig;

/** The published names and shapes of a Parrot's tensors, part by part. Weights are [out, in]. */
public final class TensorNames {
  public static final String VISION = "vision_model.";
  public static final String PROJECTOR = "model.mm_projector.";
  public static final String EXPERTS = "model.moe_model.";
  public static final String ROUTER = EXPERTS + "gate.weight";
  public static final String EMBEDDING = "model.embed_tokens.weight";
  public static final String FINAL_NORM = "model.norm.weight";
  public static final String HEAD = "lm_head.weight";

  /** Under which a published Parrot keeps a copy of its vision encoder's tensors. */
  public static final String VISION_IN_MODEL = "model.vision_tower.vision_tower.";

  /** Behind the name of a layer: A [rank, in] and B [out, rank] of its adapter. */
  public static final String FIRST_FACTOR = ".lora_A.weight";

  public static final String SECOND_FACTOR = ".lora_B.weight";

  private static final String WEIGHT = ".weight";

  private static final Pattern EXPERT =
      Pattern.compile(Pattern.quote(EXPERTS) + "experts\\.(\\d+)\\..+");

  private TensorNames() {}

  /**
   * The number of the expert that a tensor belongs to; -1 if it belongs to none, as the router's.
   */
  public static int expert(String name) {
    Matcher matcher = EXPERT.matcher(name);
    return matcher.matches() ? Integer.parseInt(matcher.group(1)) : -1;
  }

  /** The tensor in the first expert that a tensor of some expert corresponds to. */
  public static String ofFirstExpert(String name) {
    return name.replaceFirst("(?<=experts\\.)\\d+", "0");
  }

  /** Whether a tensor is a factor of an adapter. */
  public static boolean isAdapter(String name) {
    return name.endsWith(FIRST_FACTOR) || name.endsWith(SECOND_FACTOR);
  }

  /** Vision encoder, projector, experts, decoder, adapters, in this order. */
  public static List<TensorSpec> of(ParrotConfig config) {
    List<TensorSpec> specs = parts(config);
    specs.addAll(adapters(config));
    return specs;
  }

  private static List<TensorSpec> parts(ParrotConfig config) {
    List<TensorSpec> specs = new ArrayList<>(vision(config));
    specs.addAll(projector(config));
    specs.addAll(experts(config));
    specs.addAll(decoder(config));
    return specs;
  }

  /**
   * Encoder layers behind the selected hidden state and the last norm compute nothing; they are not
   * required.
   */
  public static List<TensorSpec> vision(ParrotConfig config) {
    VisionConfig vision = config.vision();
    Collector to = new Collector(VISION);
    int d = vision.hiddenSize();
    int f = vision.intermediateSize();
    if (vision.family().classToken()) {
      to.add("embeddings.class_embedding", d);
    }
    to.add(
        "embeddings.patch_embedding.weight",
        d,
        vision.numChannels(),
        vision.patchSize(),
        vision.patchSize());
    if (vision.family().patchBias()) {
      to.add("embeddings.patch_embedding.bias", d);
    }
    to.add("embeddings.position_embedding.weight", vision.tokens(), d);
    if (vision.family().normsFirst()) {
      to.norm("pre_layrnorm", d);
    }
    for (int i = 0; i < vision.numHiddenLayers(); i++) {
      to.required = i < config.visionLayersUsed();
      String layer = "encoder.layers." + i + ".";
      to.norm(layer + "layer_norm1", d);
      for (String name : List.of("q_proj", "k_proj", "v_proj", "out_proj")) {
        to.linear(layer + "self_attn." + name, d, d);
      }
      to.norm(layer + "layer_norm2", d);
      to.linear(layer + "mlp.fc1", f, d);
      to.linear(layer + "mlp.fc2", d, f);
    }
    to.required = false;
    to.norm("post_layernorm", d);
    return to.specs;
  }

  /** {@code model.mm_projector.} with layers 0, 2, 4 ..., or without a number where linear. */
  public static List<TensorSpec> projector(ParrotConfig config) {
    Collector to = new Collector("model.");
    int in = config.vision().hiddenSize();
    for (int i = 0; i < config.projector().depth(); i++) {
      String number = config.projector().depth() == 1 ? "" : "." + 2 * i;
      to.linear("mm_projector" + number, config.decoder().hiddenSize(), in);
      in = config.decoder().hiddenSize();
    }
    return to.specs;
  }

  /** Router and experts; not required where {@code use_moe} is false. */
  public static List<TensorSpec> experts(ParrotConfig config) {
    Collector to = new Collector(EXPERTS);
    ExpertsConfig experts = config.experts();
    to.required = experts.used();
    int d = config.decoder().hiddenSize();
    int f = experts.intermediateSize();
    if (experts.count() > 0) {
      to.add("gate.weight", experts.count(), d);
    }
    for (int i = 0; i < experts.count(); i++) {
      to.add("experts." + i + ".gate_proj.weight", f, d);
      to.add("experts." + i + ".up_proj.weight", f, d);
      to.add("experts." + i + ".down_proj.weight", d, f);
    }
    return to.specs;
  }

  /** Embedding, layers, last norm and, unless it is tied, the head. */
  public static List<TensorSpec> decoder(ParrotConfig config) {
    Collector to = new Collector("");
    DecoderConfig decoder = config.decoder();
    int d = decoder.hiddenSize();
    int f = decoder.intermediateSize();
    boolean biases = decoder.family().biases();
    to.add(EMBEDDING, decoder.vocabSize(), d);
    for (int i = 0; i < decoder.numHiddenLayers(); i++) {
      String layer = "model.layers." + i + ".";
      to.add(layer + "input_layernorm.weight", d);
      to.linear(layer + "self_attn.q_proj", decoder.querySize(), d, biases);
      to.linear(layer + "self_attn.k_proj", decoder.keyValueSize(), d, biases);
      to.linear(layer + "self_attn.v_proj", decoder.keyValueSize(), d, biases);
      to.add(layer + "self_attn.o_proj.weight", d, decoder.querySize());
      if (decoder.family().norms()) {
        to.add(layer + "self_attn.q_norm.weight", decoder.headSize());
        to.add(layer + "self_attn.k_norm.weight", decoder.headSize());
      }
      to.add(layer + "post_attention_layernorm.weight", d);
      to.add(layer + "mlp.gate_proj.weight", f, d);
      to.add(layer + "mlp.up_proj.weight", f, d);
      to.add(layer + "mlp.down_proj.weight", d, f);
    }
    to.add(FINAL_NORM, d);
    if (!decoder.tieWordEmbeddings()) {
      to.add(HEAD, decoder.vocabSize(), d);
    }
    return to.specs;
  }

  /** The weights of the layers that have an adapter. */
  static Set<String> adapted(ParrotConfig config, Adapters adapters) {
    return adapters(config.withAdapters(Optional.of(adapters))).stream()
        .map(factor -> layer(layer(factor.name())) + WEIGHT)
        .collect(Collectors.toSet());
  }

  /** Both factors beside each layer that has an adapter; none without adapters. */
  public static List<TensorSpec> adapters(ParrotConfig config) {
    Collector to = new Collector("");
    config
        .adapters()
        .ifPresent(
            adapters -> {
              for (TensorSpec weight : parts(config)) {
                String layer = layer(weight.name());
                boolean computes = weight.required() && weight.name().endsWith(WEIGHT);
                if (computes && adapters.cover(layer)) {
                  to.add(layer + FIRST_FACTOR, adapters.rank(), weight.shape()[1]);
                  to.add(layer + SECOND_FACTOR, weight.shape()[0], adapters.rank());
                }
              }
            });
    return to.specs;
  }

  /** The layer that a weight, a bias or, with its letter, a factor belongs to. */
  private static String layer(String name) {
    return name.substring(0, name.lastIndexOf('.'));
  }

  private static final class Collector {
    final List<TensorSpec> specs = new ArrayList<>();
    final String prefix;
    boolean required = true;

    Collector(String prefix) {
      this.prefix = prefix;
    }

    void add(String name, int... shape) {
      specs.add(new TensorSpec(prefix + name, shape, required));
    }

    void linear(String name, int out, int in) {
      linear(name, out, in, true);
    }

    void linear(String name, int out, int in, boolean bias) {
      add(name + ".weight", out, in);
      if (bias) {
        add(name + ".bias", out);
      }
    }

    void norm(String name, int size) {
      add(name + ".weight", size);
      add(name + ".bias", size);
    }
  }
}
