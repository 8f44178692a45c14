package parrot.model.network;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import parrot.model.config.Adapters;
import parrot.model.config.ParrotConfig;
import parrot.model.config.VisionConfig;
import parrot.model.kernel.Kernels;
import parrot.model.kernel.Precision;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Memory;
import parrot.model.tensor.Tensor;
import parrot.model.weights.FloatSink;
import parrot.model.weights.TensorNames;
import parrot.model.weights.TensorSpec;
import parrot.model.weights.Weights;

/** Networks of a few hundred parameters with seeded random weights, and batches for them. */
final class TinyNetworks {
  static final int VOCABULARY = 23;
  static final int PICTURE = 6;
  static final int SIGLIP_PICTURE = 7;

  private static final ObjectMapper JSON = new ObjectMapper();

  private TinyNetworks() {}

  /** A configuration with the given keys of config.json changed. */
  static ParrotConfig config(Map<String, Object> changes) {
    ObjectNode vision =
        JSON.valueToTree(
            Map.of(
                "model_type", "clip_vision_model",
                "hidden_act", "quick_gelu",
                "hidden_size", 8,
                "intermediate_size", 12,
                "num_hidden_layers", 3,
                "num_attention_heads", 2,
                "image_size", PICTURE,
                "patch_size", 3,
                "num_channels", 3,
                "layer_norm_eps", 1e-5));
    return config(vision, changes);
  }

  /** The same with a SigLIP, whose patches leave a row and a column of pixels. */
  static ParrotConfig siglip(Map<String, Object> changes) {
    ObjectNode vision =
        JSON.valueToTree(
            Map.of(
                "model_type", "siglip_vision_model",
                "hidden_size", 8,
                "intermediate_size", 12,
                "num_hidden_layers", 3,
                "num_attention_heads", 2,
                "image_size", SIGLIP_PICTURE,
                "patch_size", 3));
    Map<String, Object> all = new TreeMap<>(Map.of("mm_vision_select_feature", "patch"));
    all.putAll(changes);
    return config(vision, all);
  }

  private static ParrotConfig config(ObjectNode vision, Map<String, Object> changes) {
    Map<String, Object> keys = new TreeMap<>();
    keys.put("model_type", "parrot_qwen2");
    keys.put("hidden_act", "silu");
    keys.put("hidden_size", 12);
    keys.put("intermediate_size", 10);
    keys.put("num_hidden_layers", 2);
    keys.put("num_attention_heads", 2);
    keys.put("num_key_value_heads", 1);
    keys.put("vocab_size", VOCABULARY);
    keys.put("rms_norm_eps", 1e-6);
    keys.put("rope_theta", 10000.0);
    keys.put("tie_word_embeddings", true);
    keys.put("max_position_embeddings", 64);
    keys.put("mm_hidden_size", 8);
    keys.put("mm_projector_type", "mlp2x_gelu");
    keys.put("mm_vision_select_layer", -2);
    keys.put("mm_vision_select_feature", "cls_patch");
    keys.put("mm_vision_tower", "vision");
    keys.put("num_experts", 3);
    keys.put("moe_hidden_size", 12);
    keys.put("moe_intermediate_size", 7);
    keys.put("moe_top_k", 3);
    keys.put("moe_weight", 0.5);
    keys.put("use_moe", true);
    keys.put("use_moe_residual", true);
    keys.put("tokenizer_model_max_length", 40);
    keys.put("image_aspect_ratio", "pad");
    keys.putAll(changes);
    return ParrotConfig.of(
        JSON.valueToTree(keys), VisionConfig.of(vision, "the test's vision"), "the test");
  }

  /** A configuration with adapters. */
  static ParrotConfig adapted(int rank, double alpha, List<String> on) {
    return adapted(new Adapters(rank, alpha, on));
  }

  static ParrotConfig adapted(Adapters adapters) {
    return config(Map.of()).withAdapters(Optional.of(adapters));
  }

  /** The slow kernels, which are exact enough for finite differences. */
  static Kernels reference() {
    return Kernels.create("reference", Precision.F32, 1);
  }

  /** Normal values large enough that every gradient matters; norms around 1. */
  static Weights randomWeights(ParrotConfig config) {
    Map<String, TensorSpec> specs = new TreeMap<>();
    for (TensorSpec spec : TensorNames.of(config)) {
      specs.put(spec.name(), spec);
    }
    return new Weights() {
      @Override
      public Set<String> names() {
        return specs.keySet();
      }

      @Override
      public int[] shape(String name) {
        return specs.get(name).shape();
      }

      @Override
      public void read(String name, FloatSink sink) {
        Random random = new Random(name.hashCode());
        float centre = name.contains("norm") && name.endsWith("weight") ? 1 : 0;
        float[] values = new float[(int) elements(name)];
        for (int i = 0; i < values.length; i++) {
          values[i] = centre + 0.3f * (float) random.nextGaussian();
        }
        sink.accept(0, values, values.length);
      }

      @Override
      public void close() {}
    };
  }

  /** Two samples with an image, one of text alone in between; the last tokens are supervised. */
  static Batch batch(long seed) {
    return batch(pixels(2, seed));
  }

  /** As above, with the pixels of two images. */
  static Batch batch(float[] pixels) {
    int image = Batch.IMAGE;
    int ignore = Batch.IGNORE;
    int[] ids = {4, image, 7, 2, 9, 3, /**/ 5, 6, 11, 12, /**/ image, 8, 1, 13, 14};
    int[] labels = {
      ignore, ignore, ignore, ignore, 9, 3, /**/ ignore, ignore, 11, 12, /**/ ignore, ignore,
      ignore, 13, 14
    };
    return new Batch(ids, labels, new int[] {6, 4, 5}, pixels, new int[] {0, 2});
  }

  /**
   * Three samples with an image and two of text; nothing is supervised of the second and the last,
   * everything but the first token of the fourth.
   */
  static Batch batchWithSilentSamples(long seed) {
    int image = Batch.IMAGE;
    int ignore = Batch.IGNORE;
    int[] ids = {
      4, image, 7, 9, 3, /**/ 8, 5, image, 2, /**/ image, 6, 13, 14, /**/ 5, 6, 11, /**/ 10, 12
    };
    int[] labels = {
      ignore, ignore, ignore, 9, 3, /**/ ignore, ignore, ignore, ignore, /**/ ignore, ignore, 13,
      14, /**/ ignore, 6, 11, /**/ ignore, ignore
    };
    return new Batch(ids, labels, new int[] {5, 4, 4, 3, 2}, pixels(3, seed), new int[] {0, 1, 2});
  }

  static float[] pixels(int images, long seed) {
    return pixels(images, PICTURE, seed);
  }

  static float[] pixels(int images, int size, long seed) {
    Random random = new Random(seed);
    float[] pixels = new float[images * 3 * size * size];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (float) random.nextGaussian();
    }
    return pixels;
  }

  /** A network with its trained parameters in vectors of its own. */
  static final class Bound implements AutoCloseable {
    final ParrotNetwork network;
    final Tensor parameters;
    final Tensor gradients;

    Bound(ParrotConfig config, Set<Part> trained) {
      this(config, trained, reference(), false);
    }

    Bound(ParrotConfig config, Set<Part> trained, Kernels kernels, boolean recompute) {
      this(config, trained, randomWeights(config), kernels, recompute);
    }

    Bound(
        ParrotConfig config,
        Set<Part> trained,
        Weights weights,
        Kernels kernels,
        boolean recompute) {
      network = new ParrotNetwork(config, trained, new FrozenWeights(weights), kernels, recompute);
      int count = Math.max(1, Math.toIntExact(network.parameterCount()));
      Memory memory = kernels.memory();
      parameters = Tensor.allocate(memory, ElementType.F32, 1, count);
      gradients = Tensor.allocate(memory, ElementType.F32, 1, count);
      network.bind(
          new FlatMemory(
              memory, parameters.address(), gradients.address(), List.of(parameters, gradients)));
      network.initialize();
    }

    float[] gradient(Parameter parameter) {
      int from = Math.toIntExact(parameter.offset());
      return gradients.columns(from, from + (int) parameter.size()).toArray();
    }

    List<String> parameterNames() {
      return new ArrayList<>(network.parameters().stream().map(Parameter::name).toList());
    }

    @Override
    public void close() {
      network.close();
    }
  }
}
