package parrot.model.kernel.cuda.driver;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import parrot.model.config.ParrotConfig;
import parrot.model.config.VisionConfig;
import parrot.model.kernel.AdamWStep;
import parrot.model.kernel.cuda.CudaKernels;
import parrot.model.layer.KeyValueCache;
import parrot.model.network.Batch;
import parrot.model.network.FrozenWeights;
import parrot.model.network.Parameter;
import parrot.model.network.ParrotNetwork;
import parrot.model.network.Part;
import parrot.model.network.StepCost;
import parrot.model.network.StepResult;
import parrot.model.network.TrainedMemory;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Master;
import parrot.model.tensor.Tensor;
import parrot.model.weights.FloatSink;
import parrot.model.weights.TensorNames;
import parrot.model.weights.TensorSpec;
import parrot.model.weights.Weights;

/**
 * A network of seeded values on a card, as large as Qwen2's 0.5B or tiny, that trains and speaks.
 */
final class CardNetwork implements AutoCloseable {
  private static final Set<Part> TRAINED = EnumSet.of(Part.PROJECTOR, Part.EXPERTS, Part.DECODER);

  private final DriverDevice device;
  private final CudaKernels kernels;
  private final ParrotConfig config;
  private final ParrotNetwork network;
  private final Batch batch;
  private final Map<String, Trained> trained = new HashMap<>();

  private record Trained(Tensor values, Tensor gradients, Tensor first, Tensor second) {}

  CardNetwork(DriverDevice device, boolean tiny) {
    this.device = device;
    kernels = new CudaKernels(device, ElementType.BF16);
    config = tiny ? config(2, 128, 192, 2, 1, 64) : config(24, 896, 4864, 14, 2, 151936);
    batch = batch(tiny ? 2 : 8, tiny ? 12 : 1024, config.decoder().vocabSize());
    network = new ParrotNetwork(config, TRAINED, new FrozenWeights(weights()), kernels, false);
    for (Parameter parameter : network.parameters()) {
      trained.put(
          parameter.name(),
          new Trained(zeros(parameter), zeros(parameter), zeros(parameter), zeros(parameter)));
    }
    network.bind(
        new TrainedMemory() {
          @Override
          public Master values(Parameter parameter) {
            return Master.whole(trained.get(parameter.name()).values);
          }

          @Override
          public Tensor gradients(Parameter parameter) {
            return trained.get(parameter.name()).gradients;
          }
        });
    reset();
  }

  private Tensor zeros(Parameter parameter) {
    return Tensor.allocate(
        kernels.memory(), ElementType.F32, parameter.rows(), parameter.columns());
  }

  private static ParrotConfig config(
      int layers, int width, int inner, int heads, int keyHeads, int vocabulary) {
    ObjectMapper json = new ObjectMapper();
    boolean tiny = layers == 2;
    Map<String, Object> vision = new TreeMap<>();
    vision.put("model_type", "clip_vision_model");
    vision.put("hidden_act", "quick_gelu");
    vision.put("hidden_size", tiny ? 8 : 1024);
    vision.put("intermediate_size", tiny ? 12 : 4096);
    vision.put("num_hidden_layers", tiny ? 3 : 24);
    vision.put("num_attention_heads", tiny ? 2 : 16);
    vision.put("image_size", tiny ? 6 : 336);
    vision.put("patch_size", tiny ? 3 : 14);
    vision.put("num_channels", 3);
    vision.put("layer_norm_eps", 1e-5);
    Map<String, Object> keys = new TreeMap<>();
    keys.put("model_type", "parrot_qwen2");
    keys.put("hidden_act", "silu");
    keys.put("hidden_size", width);
    keys.put("intermediate_size", inner);
    keys.put("num_hidden_layers", layers);
    keys.put("num_attention_heads", heads);
    keys.put("num_key_value_heads", keyHeads);
    keys.put("vocab_size", vocabulary);
    keys.put("rms_norm_eps", 1e-6);
    keys.put("rope_theta", 1e6);
    keys.put("tie_word_embeddings", true);
    keys.put("max_position_embeddings", 4096);
    keys.put("mm_hidden_size", vision.get("hidden_size"));
    keys.put("mm_projector_type", "mlp2x_gelu");
    keys.put("mm_vision_select_layer", -2);
    keys.put("mm_vision_select_feature", "cls_patch");
    keys.put("mm_vision_tower", "vision");
    keys.put("num_experts", 6);
    keys.put("moe_hidden_size", width);
    keys.put("moe_intermediate_size", width);
    keys.put("moe_top_k", 6);
    keys.put("moe_weight", 0.5);
    keys.put("use_moe", true);
    keys.put("use_moe_residual", true);
    keys.put("tokenizer_model_max_length", 4096);
    keys.put("image_aspect_ratio", "pad");
    return ParrotConfig.of(
        json.valueToTree(keys),
        VisionConfig.of(json.valueToTree(vision), "the vision encoder"),
        "the model");
  }

  /** Text alone; the last quarter of each sample is supervised. */
  private static Batch batch(int samples, int length, int vocabulary) {
    int[] ids = new int[samples * length];
    int[] labels = new int[ids.length];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = (int) (i * 2654435761L % vocabulary);
      labels[i] = i % length < 3 * length / 4 ? Batch.IGNORE : ids[i];
    }
    int[] lengths = new int[samples];
    Arrays.fill(lengths, length);
    return new Batch(ids, labels, lengths, new float[0], new int[0]);
  }

  private Weights weights() {
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
        float centre = name.contains("norm") && name.endsWith("weight") ? 1 : 0;
        long state = name.hashCode();
        float[] piece = new float[1 << 20];
        long left = elements(name);
        for (long at = 0; left > 0; ) {
          int count = (int) Math.min(piece.length, left);
          for (int i = 0; i < count; i++) {
            state = state * 6364136223846793005L + 1442695040888963407L;
            piece[i] = centre + 0.03f * (state >> 40) / (1 << 23);
          }
          sink.accept(at, piece, count);
          at += count;
          left -= count;
        }
      }

      @Override
      public void close() {}
    };
  }

  /** As before the first step. */
  void reset() {
    network.initialize();
    for (Trained one : trained.values()) {
      kernels.fill(one.first, 0);
      kernels.fill(one.second, 0);
    }
  }

  /**
   * One step of training.
   *
   * @return the mean loss before it
   */
  double step(long number) {
    StepResult result = network.forwardBackward(batch);
    double squares = 0;
    for (Parameter parameter : network.parameters()) {
      squares += kernels.sumOfSquares(trained.get(parameter.name()).gradients);
    }
    double scale = Math.min(1, 1 / Math.sqrt(squares));
    AdamWStep step = new AdamWStep(1e-4, 0.9, 0.999, 1e-8, 0, number, scale);
    for (Parameter parameter : network.parameters()) {
      Trained one = trained.get(parameter.name());
      int count = Math.toIntExact(parameter.size());
      network.update(parameter, 0, one.first.reshape(1, count), one.second.reshape(1, count), step);
    }
    device.synchronise();
    return result.lossSum() / Arrays.stream(result.sampleTokens()).sum();
  }

  /** Reads a prompt, and as many tokens behind it as are asked for. */
  void generate(int count) {
    int[] prompt = Arrays.copyOf(batch.tokenIds(), 8);
    KeyValueCache cache = network.newCache(prompt.length + count);
    float[] logits = network.read(network.embed(prompt, null), cache, true);
    for (int i = 0; i < count; i++) {
      int best = 0;
      for (int token = 1; token < logits.length; token++) {
        best = logits[token] > logits[best] ? token : best;
      }
      logits = network.next(new int[] {best}, List.of(cache), true)[0];
    }
  }

  int tokens() {
    return batch.tokenIds().length;
  }

  long parameters() {
    return network.parameterCount();
  }

  long operations() {
    return StepCost.of(config, TRAINED, ElementType.BF16, false, batch).operations();
  }

  @Override
  public void close() {
    network.close();
  }
}
