package parrot.benchmarks.workload;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import parrot.model.config.ParrotConfig;
import parrot.model.network.Batch;
import parrot.model.network.Part;

/** What one comparison computes. */
public enum Workload {
  DECODER(Kind.TRAIN, "One step of a decoder of 4 layers on 1024 tokens, loss at every position."),
  INSTRUCT(Kind.TRAIN, "One step of stage 2 of a mid-size Parrot on 8 samples with an image each."),
  REAL_SIZE(
      Kind.TRAIN,
      "One step of stage 2 of CLIP ViT-L/14-336 + Qwen1.5-0.5B + 6 experts on one sample."),
  ALIGN(
      Kind.TRAIN, "One step of stage 1 of the same model: the projector learns, without experts."),
  GENERATE(
      Kind.GENERATE,
      "Greedy decoding of the same model after a prompt of an image and 160 tokens."),
  GENERATE_BATCH(
      Kind.GENERATE, "Greedy decoding of the same model, 8 prompts of 160 tokens at a time."),
  ANSWER(
      Kind.ANSWER,
      "Circular questions of the same model: 4 rotations in 3 languages about one image, a letter each."),
  ENCODE(Kind.ENCODE, "The vision tower of the same model on 4 images, without gradients."),
  /** For tests: every part, in milliseconds. */
  TINY(Kind.TRAIN, "One step of a Parrot of a few thousand parameters.");

  /** What a step is. */
  public enum Kind {
    TRAIN,
    GENERATE,
    ANSWER,
    ENCODE
  }

  /** Of AdamW, on every side. */
  public static final double LEARNING_RATE = 1e-4;

  /** Of AdamW, on every side; libtorch's default. */
  public static final double WEIGHT_DECAY = 1e-2;

  /** Tokens that a generation measures behind the first. */
  public static final int GENERATED = 32;

  private static final int IMAGES = 4;
  private static final int CONVERSATIONS = 8;
  private static final int PROMPTS = 8;
  private static final int TOKENS = 160;
  private static final int QUESTIONS = 12;
  private static final int QUESTION_TOKENS = 100;
  private static final int ANSWER_TOKENS = 60;

  private final Kind kind;
  private final String summary;

  Workload(Kind kind, String summary) {
    this.kind = kind;
    this.summary = summary;
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

  public ParrotConfig config() {
    return switch (this) {
      case DECODER -> Models.decoder();
      case INSTRUCT -> Models.instruct();
      case REAL_SIZE, GENERATE, GENERATE_BATCH, ANSWER, ENCODE -> Models.realSize();
      case ALIGN -> Models.realSize().withUseMoe(false);
      case TINY -> Models.tiny();
    };
  }

  /** Name of the folder in a {@link ModelStore}. */
  public String folder() {
    return switch (this) {
      case GENERATE, GENERATE_BATCH, ANSWER, ENCODE -> REAL_SIZE.id();
      default -> id();
    };
  }

  /** Deviation of the weights; narrow models need more for their parts to matter. */
  public double deviation() {
    return this == TINY ? 0.2 : 0.02;
  }

  /** Parts that learn; none if the workload only predicts. */
  public Set<Part> trained() {
    return switch (this) {
      case DECODER -> EnumSet.of(Part.DECODER);
      case INSTRUCT, REAL_SIZE, TINY -> EnumSet.of(Part.PROJECTOR, Part.EXPERTS, Part.DECODER);
      case ALIGN -> EnumSet.of(Part.PROJECTOR);
      case GENERATE, GENERATE_BATCH, ANSWER, ENCODE -> EnumSet.noneOf(Part.class);
    };
  }

  /**
   * The batch of every step.
   *
   * @param samples of the decoder's batch of text; the other workloads have batches of their own
   * @param tokens of each of these samples
   */
  public Batch batch(int samples, int tokens) {
    ParrotConfig config = config();
    return switch (this) {
      case DECODER -> Batches.text(config, samples, tokens);
      case INSTRUCT -> Batches.conversations(config, CONVERSATIONS);
      case REAL_SIZE, ALIGN -> Batches.conversation(config, TOKENS, ANSWER_TOKENS);
      case GENERATE -> Batches.conversation(config, TOKENS, 0);
      case GENERATE_BATCH -> Batches.prompts(config, together(), TOKENS);
      case ANSWER -> Batches.questions(config, QUESTIONS, QUESTION_TOKENS);
      case ENCODE -> Batches.images(config, IMAGES);
      case TINY -> Batches.conversations(config, 3);
    };
  }

  /** Answers that are generated at a time; each step reads the weights once for all. */
  public int together() {
    return this == GENERATE_BATCH ? PROMPTS : 1;
  }

  /**
   * What is compared: seconds of a step, of a generated token, of a question, or of an image.
   *
   * @param step seconds of the whole step
   * @param extras that the side reported
   */
  public double seconds(double step, Map<String, Double> extras) {
    return switch (kind) {
      case TRAIN -> step;
      case GENERATE -> extras.getOrDefault(Decoding.TOKEN, step);
      case ANSWER -> step / QUESTIONS;
      case ENCODE -> step / IMAGES;
    };
  }
}
