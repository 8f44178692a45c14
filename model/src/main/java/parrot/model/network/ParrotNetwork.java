package parrot.model.network;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import parrot.model.config.ParrotConfig;
import parrot.model.kernel.AdamWStep;
import parrot.model.kernel.Kernels;
import parrot.model.kernel.Readout;
import parrot.model.layer.Decoder;
import parrot.model.layer.Experts;
import parrot.model.layer.KeyValueCache;
import parrot.model.layer.LanguageHead;
import parrot.model.layer.Projector;
import parrot.model.layer.Routing;
import parrot.model.layer.VisionTower;
import parrot.model.layer.Weight;
import parrot.model.tensor.Arena;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Master;
import parrot.model.tensor.Memory;
import parrot.model.tensor.Tensor;
import parrot.model.weights.Weights;

/**
 * Parrot as one function of its trained parameters: images and token ids in, loss and gradients
 * out. Nothing is computed for frozen parts that the trained ones do not need.
 *
 * <p>Trained parameters live in flat vectors that the caller binds; frozen ones are loaded once. An
 * instance serves one thread at a time.
 */
public final class ParrotNetwork implements AutoCloseable {
  private final ParrotConfig config;
  private final FrozenWeights weights;
  private final Kernels kernels;
  private final Memory memory;
  private final Arena arena;
  private final ParameterTable table;
  private final VisionTower vision;
  private final Projector projector;
  private final Experts experts; // null if they are not used
  private final Weight embedding; // (V, D)
  private final Decoder decoder;
  private final LanguageHead head;
  private final Set<Part> trained;
  private final Set<Part> learning; // parts in which something is trained
  private final boolean recompute;
  private final BoundMemory bound;

  /** A network that keeps all activations for the backward pass, with weights of its own. */
  public ParrotNetwork(ParrotConfig config, Set<Part> trained, Weights source, Kernels kernels) {
    this(config, trained, new FrozenWeights(source), kernels, false);
  }

  /**
   * @param trained parts that learn; the others are loaded here and stay as they are
   * @param recompute whether the decoder keeps only the inputs of its layers and computes the rest
   *     again in the backward pass: less memory, a third more work
   * @throws parrot.model.ModelException if a weight is missing or has another shape
   */
  public ParrotNetwork(
      ParrotConfig config,
      Set<Part> trained,
      FrozenWeights weights,
      Kernels kernels,
      boolean recompute) {
    this.config = config;
    this.weights = weights;
    this.kernels = kernels;
    this.recompute = recompute;
    memory = kernels == null ? Memory.HOST : kernels.memory();
    arena = new Arena(memory);
    this.trained = trained.isEmpty() ? EnumSet.noneOf(Part.class) : EnumSet.copyOf(trained);
    learning = Part.learning(trained, config);
    table = new ParameterTable(this.trained, config.adapters());
    bound = new BoundMemory(table, kernels);
    vision = new VisionTower(table, config.vision(), config.visionLayersUsed());
    projector = new Projector(table, config);
    experts = config.experts().used() ? new Experts(table, config) : null;
    String name = "model.embed_tokens.weight";
    embedding =
        config.decoder().tieWordEmbeddings()
            ? table.createFactor(name, config.decoder().vocabSize(), config.decoder().hiddenSize())
            : table.createTable(name, config.decoder().vocabSize(), config.decoder().hiddenSize());
    decoder = new Decoder(table, config.decoder());
    head = new LanguageHead(table, config.decoder(), embedding);
    if (weights != null) {
      table.placeFrozen(weights, kernels.factorType(), memory);
    }
  }

  /** Where the trained parameters of a network lie; loads nothing. */
  public static List<Parameter> parameters(ParrotConfig config, Set<Part> trained) {
    return new ParrotNetwork(config, trained, (FrozenWeights) null, null, false).parameters();
  }

  /**
   * Bytes of the parameters that are not trained, whatever the number of networks on them.
   *
   * @param factorType type of matrices that enter products
   * @param tableType type that an embedding which is not tied is stored in
   */
  public static long frozenBytes(
      ParrotConfig config, Set<Part> trained, ElementType factorType, ElementType tableType) {
    return new ParrotNetwork(config, trained, (FrozenWeights) null, null, false)
        .table.frozenBytes(factorType, tableType);
  }

  /**
   * A network without weights, for kernels that compute nothing.
   *
   * @see StepCost
   */
  static ParrotNetwork hollow(
      ParrotConfig config, Set<Part> trained, Kernels kernels, boolean recompute) {
    ParrotNetwork network = new ParrotNetwork(config, trained, null, kernels, recompute);
    network.table.placeNowhere(kernels.factorType());
    return network;
  }

  /** A network whose weights all stay as they are. */
  public static ParrotNetwork frozen(ParrotConfig config, FrozenWeights weights, Kernels kernels) {
    return new ParrotNetwork(config, EnumSet.noneOf(Part.class), weights, kernels, false);
  }

  public ParrotConfig config() {
    return config;
  }

  /** Trained parameters in the order of the flat bound. */
  public List<Parameter> parameters() {
    return table.parameters();
  }

  /** Length of the flat vectors, in floats. */
  public long parameterCount() {
    return table.count();
  }

  /** Places the trained parameters. */
  public void bind(TrainedMemory memory) {
    bound.bind(memory);
  }

  /**
   * Steers the router from the next step on; without experts there is nothing to steer.
   *
   * @param routing null for what the configuration says
   */
  public void steer(Routing routing) {
    if (experts != null) {
      experts.steer(routing);
    }
  }

  /**
   * What the router is steered by, with the bias as it is after the last step; null without
   * experts.
   */
  public Routing steering() {
    return experts == null ? null : experts.steering();
  }

  /** Copies the starting weights into the bound memory. */
  public void initialize() {
    for (Parameter parameter : table.parameters()) {
      Master values = table.weight(parameter).values();
      weights.source().read(parameter.name(), values::set);
    }
    bound.changed();
  }

  /**
   * Tells the network that somebody has written to the bound parameters. It notices by itself where
   * a whole row of a tensor has changed.
   */
  public void parametersChanged() {
    bound.changed();
  }

  /**
   * One step of AdamW on a part of a trained tensor, in place.
   *
   * @param from the first value of the part, in row-major order
   * @param first moments of the part, [1, n]
   * @param second moments of the part, [1, n]
   */
  public void update(Parameter parameter, long from, Tensor first, Tensor second, AdamWStep step) {
    bound.update(parameter, from, first, second, step);
  }

  /** Loss of a batch. */
  public StepResult forward(Batch batch) {
    return run(batch, false, end -> {});
  }

  /**
   * Loss of a batch, and the gradients of its mean over supervised tokens, overwritten. If the
   * router is steered by a balance loss or a z-loss, its gradient is added; its value is in no loss
   * reported.
   */
  public StepResult forwardBackward(Batch batch) {
    return forwardBackward(batch, 0, end -> {});
  }

  /**
   * As above, in a run.
   *
   * @param step of the run, which decides with the batch what adapters drop
   * @param end asks for what else is to be read when the gradients are there
   */
  public StepResult forwardBackward(Batch batch, long step, Consumer<Readout> end) {
    table.dropout().start(step, batch.tokenIds());
    try {
      return run(batch, true, end);
    } finally {
      table.dropout().stop();
    }
  }

  private StepResult run(Batch batch, boolean learn, Consumer<Readout> end) {
    arena.reset();
    bound.refresh();
    SequenceLayout layout = layout(batch);
    if (learn) {
      table.forgetGradients();
    }
    Visual visual = batch.images() == 0 ? null : look(batch, layout, learn);
    Tensor losses = null;
    int supervised = layout.supervised().length;
    if (supervised > 0) {
      Tensor hidden =
          decoder.forward(
              kernels,
              arena,
              embed(layout, visual),
              layout.boundaries(),
              layout.supervised(),
              keep(learn));
      losses = arena.take(supervised, 1);
      Tensor dx = learn ? arena.take(supervised, hidden.columns()) : null;
      head.loss(kernels, arena, losses, dx, hidden, layout.targets());
      if (learn && !trained.isEmpty()) {
        backward(dx, layout, visual);
      }
    }
    if (learn) {
      table.completeGradients(kernels);
    }
    Readout readout = kernels.readout();
    StepReading reading =
        new StepReading(readout, batch.samples(), layout, losses, visual == null ? null : experts);
    end.accept(readout);
    readout.read();
    return reading.result();
  }

  private Decoder.Keep keep(boolean learn) {
    if (!learn) {
      return Decoder.Keep.NOTHING;
    }
    return recompute ? Decoder.Keep.INPUTS : Decoder.Keep.ALL;
  }

  /** Intermediate values of a forward pass, with logits at every position. */
  public Trace trace(Batch batch) {
    arena.reset();
    bound.refresh();
    SequenceLayout layout = layout(batch);
    Visual visual = batch.images() == 0 ? null : look(batch, layout, false);
    Tensor embedded = embed(layout, visual);
    float[] inputs = embedded.toArray();
    Tensor hidden =
        decoder.forward(kernels, arena, embedded, layout.boundaries(), null, Decoder.Keep.NOTHING);
    float[] logits = head.logits(kernels, arena, hidden).toArray();
    boolean seen = visual != null;
    return new Trace(
        seen ? visual.features.toArray() : new float[0],
        seen ? visual.projected.toArray() : new float[0],
        routing(visual),
        seen ? visual.output.toArray() : new float[0],
        layout.boundaries(),
        layout.labels(),
        inputs,
        logits);
  }

  /**
   * What the vision tower makes of a batch's images, the class tokens included; its text is not
   * looked at.
   *
   * @return (I * P, Dv), row-major
   */
  public float[] features(Batch batch) {
    arena.reset();
    return vision.forward(kernels, arena, uploaded(batch.pixels()), false).toArray();
  }

  /**
   * What is made of an image before the prompt steers it: once for all its questions.
   *
   * @param pixels [3, size, size], normalised
   * @return (P, D), projected visual tokens, in memory of their own, the host's
   */
  public Tensor encode(float[] pixels) {
    arena.reset();
    bound.refresh();
    return kept(see(Tensor.of(1, pixels.length, pixels), false).projected).in(Memory.HOST);
  }

  /**
   * What the decoder reads of a prompt: the embeddings of its tokens, with the image in its place.
   *
   * @param prompt token ids; {@link Batch#IMAGE} for the image
   * @param image as {@link #encode} gives it, or null
   * @return (N, D), in memory of their own, the host's
   */
  public Tensor embed(int[] prompt, Tensor image) {
    arena.reset();
    bound.refresh();
    SequenceLayout layout = layout(Batch.ofPrompt(prompt, image != null));
    Visual visual = image == null ? null : guide(new Visual(null, image.in(memory)), layout);
    return kept(embed(layout, visual)).in(Memory.HOST);
  }

  private Tensor kept(Tensor working) {
    Tensor kept = Tensor.allocate(memory, ElementType.F32, working.rows(), working.columns());
    kernels.copy(kept, working);
    return kept;
  }

  /**
   * Reads a piece of a prompt behind what the cache holds.
   *
   * @param piece (n, D), rows of what {@link #embed} gives; left as they are
   * @param last whether the prompt ends with it
   * @return logits of the next token, V values; none if the prompt goes on
   */
  public float[] read(Tensor piece, KeyValueCache cache, boolean last) {
    arena.reset();
    bound.refresh();
    Tensor x = arena.take(piece.rows(), piece.columns());
    kernels.copy(x, uploaded(piece));
    Tensor end = decoder.forward(kernels, arena, x, cache);
    return last ? head.logits(kernels, arena, end).toArray() : new float[0];
  }

  /**
   * Continues some sequences by a token each. In float32 no bit of a sequence depends on the
   * others.
   *
   * @param tokens the next of each, B
   * @param caches of the sequences, B
   * @param exact whether that holds for bfloat16 too, which takes longer
   * @return logits of the token after it, by sequence [B][V]
   */
  public float[][] next(int[] tokens, List<KeyValueCache> caches, boolean exact) {
    arena.reset();
    bound.refresh();
    Tensor x = arena.take(tokens.length, config.decoder().hiddenSize());
    kernels.gather(x, embedding.values(), tokens);
    Kernels each = exact || factorType() == ElementType.F32 ? kernels.byRow() : kernels;
    return StepReading.rows(head.logits(each, arena, decoder.step(each, arena, x, caches)));
  }

  /** The type of keys and values. */
  public ElementType factorType() {
    return kernels.factorType();
  }

  /** An empty cache for a sequence of {@code capacity} tokens, visual ones included. */
  public KeyValueCache newCache(int capacity) {
    return new KeyValueCache(
        memory,
        kernels.factorType(),
        config.decoder().numHiddenLayers(),
        capacity,
        config.decoder().keyValueSize());
  }

  private SequenceLayout layout(Batch batch) {
    return SequenceLayout.of(batch, config.visualTokens(), config.tokenizerModelMaxLength());
  }

  private Visual look(Batch batch, SequenceLayout layout, boolean learn) {
    return guide(see(batch.pixels(), learn && learning.contains(Part.VISION)), layout);
  }

  /** Values of the host where kernels reach them, until the next step. */
  private Tensor uploaded(Tensor values) {
    if (values.memory() == memory) {
      return values;
    }
    Tensor there = arena.take(values.type(), values.rows(), values.columns());
    there.set(values);
    return there;
  }

  private Visual see(Tensor pixels, boolean keep) {
    Tensor features = vision.forward(kernels, arena, uploaded(pixels), keep);
    if (config.dropsClassToken()) {
      features = ClassTokens.without(kernels, arena, features, vision.tokens());
    }
    return new Visual(features, projector.forward(kernels, arena, features));
  }

  private Visual guide(Visual visual, SequenceLayout layout) {
    visual.output = visual.projected;
    if (experts != null) {
      visual.prompts = arena.take(layout.prompts().length, config.decoder().hiddenSize());
      kernels.gather(visual.prompts, embedding.values(), layout.prompts());
      visual.output =
          experts.forward(
              kernels, arena, visual.projected, visual.prompts, layout.promptBoundaries());
    }
    return visual;
  }

  private Tensor embed(SequenceLayout layout, Visual visual) {
    Tensor x = arena.take(layout.rows(), config.decoder().hiddenSize());
    kernels.gather(x, embedding.values(), layout.tokens());
    if (visual != null) {
      kernels.gather(x, visual.output, layout.visuals());
    }
    return x;
  }

  private void backward(Tensor dx, SequenceLayout layout, Visual visual) {
    boolean below = visual != null && !Set.of(Part.DECODER).containsAll(learning);
    if (!below && !learning.contains(Part.DECODER)) {
      return;
    }
    Tensor dembedded = decoder.backward(kernels, arena, dx);
    if (embedding.isTrained()) {
      kernels.gatherBackward(embedding.gradient(kernels), dembedded, layout.tokens());
    }
    boolean guides = visual != null && experts != null && embedding.isTrained();
    if (!below && !guides) {
      return;
    }
    Tensor dvisual = arena.take(visual.output.rows(), config.decoder().hiddenSize());
    kernels.fill(dvisual, 0);
    kernels.gatherBackward(dvisual, dembedded, layout.visuals());
    if (experts != null) {
      Tensor dprojected = arena.take(dvisual.rows(), config.decoder().hiddenSize());
      Tensor dprompts =
          embedding.isTrained()
              ? arena.take(visual.prompts.rows(), config.decoder().hiddenSize())
              : null;
      experts.backward(kernels, arena, dprojected, dprompts, dvisual);
      if (dprompts != null) {
        kernels.gatherBackward(embedding.gradient(kernels), dprompts, layout.prompts());
      }
      dvisual = dprojected;
    }
    boolean visionLearns = learning.contains(Part.VISION);
    if (learning.contains(Part.PROJECTOR) || visionLearns) {
      Tensor dfeatures =
          visionLearns ? arena.take(visual.features.rows(), visual.features.columns()) : null;
      projector.backward(kernels, arena, dfeatures, dvisual);
      if (visionLearns) {
        vision.backward(
            kernels,
            arena,
            config.dropsClassToken()
                ? ClassTokens.with(kernels, arena, dfeatures, vision.tokens())
                : dfeatures);
      }
    }
  }

  private float[][] routing(Visual visual) {
    return visual == null || experts == null ? new float[0][] : StepReading.rows(experts.routing());
  }

  /** Bytes of activations that were in use at a time, at most. */
  public long peakMemory() {
    return arena.peak();
  }

  /** Bytes of memory held for the activations of the largest step so far. */
  public long workingMemory() {
    return arena.capacity();
  }

  /** Frees working memory and the device's; the bound memory is the caller's. */
  @Override
  public void close() {
    arena.close();
    kernels.close();
  }
}
