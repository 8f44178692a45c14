package parrot.benchmarks.workload;

import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import parrot.benchmarks.process.Reply;
import parrot.benchmarks.process.SideRequest;
import parrot.benchmarks.process.SideRequest.Engine;
import parrot.model.config.ParrotConfig;
import parrot.model.network.Batch;
import parrot.model.network.Part;

/** What one comparison computes, and who does. */
public enum Workload {
  DECODER(
      Kind.TRAIN,
      "One step of a decoder of 4 layers on 1024 tokens, loss at every position.",
      List.of(
          Engine.OURS,
          Engine.TORCH_AUTOCAST,
          Engine.TORCH_FPMATH,
          Engine.TORCH_F32,
          Engine.PRODUCTS)),
  INSTRUCT(
      Kind.TRAIN,
      "One step of stage 2 of a mid-size Parrot on 8 samples with an image each.",
      List.of(Engine.OURS, Engine.TORCH_AUTOCAST, Engine.PRODUCTS)),
  REAL_SIZE(
      Kind.TRAIN,
      "One step of stage 2 of CLIP ViT-L/14-336 + Qwen1.5-0.5B + 6 experts on one sample.",
      List.of(Engine.OURS, Engine.TORCH_AUTOCAST, Engine.PRODUCTS)),
  ALIGN(
      Kind.TRAIN,
      "One step of stage 1 of the same model: the projector learns, without experts.",
      List.of(Engine.OURS, Engine.TORCH_AUTOCAST, Engine.PRODUCTS)),
  GENERATE(
      Kind.GENERATE,
      "Greedy decoding of the same model after a prompt of an image and 160 tokens.",
      List.of(Engine.OURS, Engine.TORCH_BF16, Engine.TORCH_F32, Engine.BANDWIDTH)),
  ENCODE(
      Kind.ENCODE,
      "The vision tower of the same model on 4 images, without gradients.",
      List.of(Engine.OURS, Engine.TORCH_BF16, Engine.TORCH_AUTOCAST, Engine.PRODUCTS)),
  /** For tests: every part, in milliseconds. */
  TINY(
      Kind.TRAIN,
      "One step of a Parrot of a few thousand parameters.",
      List.of(Engine.OURS, Engine.TORCH_F32));

  /** What a step is. */
  public enum Kind {
    TRAIN,
    GENERATE,
    ENCODE
  }

  /** Of AdamW, on every side. */
  public static final double LEARNING_RATE = 1e-4;

  /** Of AdamW, on every side; libtorch's default. */
  public static final double WEIGHT_DECAY = 1e-2;

  /** Tokens that a generation measures behind the first. */
  public static final int GENERATED = 32;

  private static final int PICTURES = 4;
  private static final int CONVERSATIONS = 8;
  private static final int TOKENS = 160;
  private static final int ANSWER = 60;

  private final Kind kind;
  private final String summary;
  private final List<Engine> engines;

  Workload(Kind kind, String summary, List<Engine> engines) {
    this.kind = kind;
    this.summary = summary;
    this.engines = engines;
  }

  /** The name on the command line. */
  public String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  public Kind kind() {
    return kind;
  }

  /** One sentence. */
  public String summary() {
    return summary;
  }

  /** Who computes it, ours first. */
  public List<Engine> engines() {
    return engines;
  }

  public ParrotConfig config() {
    return switch (this) {
      case DECODER -> Models.decoder();
      case INSTRUCT -> Models.instruct();
      case REAL_SIZE, GENERATE, ENCODE -> Models.realSize();
      case ALIGN -> Models.realSize().withUseMoe(false);
      case TINY -> Models.tiny();
    };
  }

  /** Name of the folder in a {@link ModelStore}. */
  public String folder() {
    return switch (this) {
      case GENERATE, ENCODE -> REAL_SIZE.id();
      default -> id();
    };
  }

  /** Deviation of the weights; narrow models need more for their parts to matter. */
  public double deviation() {
    return this == TINY ? 0.2 : 0.02;
  }

  /** Parts that learn; none where nothing does. */
  public Set<Part> trained() {
    return switch (this) {
      case DECODER -> EnumSet.of(Part.DECODER);
      case INSTRUCT, REAL_SIZE, TINY -> EnumSet.of(Part.PROJECTOR, Part.EXPERTS, Part.DECODER);
      case ALIGN -> EnumSet.of(Part.PROJECTOR);
      case GENERATE, ENCODE -> EnumSet.noneOf(Part.class);
    };
  }

  /** The batch of every step. */
  public Batch batch(SideRequest request) {
    ParrotConfig config = config();
    return switch (this) {
      case DECODER -> Batches.text(config, request.samples(), request.tokens());
      case INSTRUCT -> Batches.conversations(config, CONVERSATIONS);
      case REAL_SIZE, ALIGN -> Batches.conversation(config, TOKENS, ANSWER);
      case GENERATE -> Batches.conversation(config, TOKENS, 0);
      case ENCODE -> Batches.images(config, PICTURES);
      case TINY -> Batches.conversations(config, 3);
    };
  }

  /** Samples of a batch of text; the other workloads have batches of their own. */
  public int samples() {
    return 1;
  }

  /** Tokens of each of {@link #samples}. */
  public int tokens() {
    return 1024;
  }

  /** What is compared: seconds of a step, of a generated token, or of an image. */
  public double seconds(Reply reply) {
    return switch (kind) {
      case TRAIN -> reply.seconds();
      case GENERATE -> reply.extras().getOrDefault(Decoding.TOKEN, reply.seconds());
      case ENCODE -> reply.seconds() / PICTURES;
    };
  }
}
