package parrot.jobs.parity;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.dataset.MultiDataSet;
import parrot.model.config.ParrotConfig;
import parrot.model.dl4j.BatchBridge;
import parrot.model.dl4j.NetworkSpec;
import parrot.model.dl4j.OptimizerSpec;
import parrot.model.dl4j.ParrotGraph;
import parrot.model.dl4j.updater.RateSchedule;
import parrot.model.generate.GenerationEngine;
import parrot.model.generate.GenerationSettings;
import parrot.model.kernel.Kernels;
import parrot.model.kernel.Precision;
import parrot.model.network.Batch;
import parrot.model.network.FlatMemory;
import parrot.model.network.Parameter;
import parrot.model.network.ParrotNetwork;
import parrot.model.network.Part;
import parrot.model.network.Trace;
import parrot.model.tensor.Tensor;
import parrot.model.weights.ModelFolder;
import parrot.model.weights.Safetensors;

/**
 * A network case: intermediate values, loss and gradients of a batch, six steps of AdamW through
 * the DL4J graph that training uses, and greedy continuations.
 */
final class NetworkCheck {
  private static final String GRADIENT = "grad.";
  private static final String LOSSES = "adamw_losses";
  private static final String GENERATED = "generated";
  private static final List<String> FORWARD =
      List.of(
          "vision_features",
          "projected",
          "moe_output",
          "inputs_embeds",
          "padded_labels",
          "attention_mask",
          "logits");
  private static final String ROUTING = "routing_weights";

  /** The optimizer that the cases were made with. */
  private static final OptimizerSpec ADAMW =
      new OptimizerSpec(
          RateSchedule.constant(1e-3), Map.of(), 0.01, Map.of(), 0.9, 0.999, 1e-8, 1.0);

  private final Path folder;
  private final String kernels;
  private final Precision precision;
  private final int threads;
  private final ModelFolder model;
  private final ParrotConfig config;
  private final NetworkInputs inputs;
  private final Expectations expected;

  private NetworkCheck(
      Path folder,
      String kernels,
      Precision precision,
      int threads,
      ModelFolder model,
      Safetensors inputs,
      Expectations expected) {
    this.folder = folder;
    this.kernels = kernels;
    this.precision = precision;
    this.threads = threads;
    this.model = model;
    this.config = model.config();
    this.inputs = new NetworkInputs(inputs);
    this.expected = expected;
  }

  /**
   * Computes a case.
   *
   * @throws parrot.model.ModelException if a file of it is missing or damaged
   */
  static List<Comparison> run(
      Path folder,
      String kernels,
      Precision precision,
      int threads,
      double tolerance,
      Configuration configuration) {
    try (ModelFolder model = ModelFolder.open(folder, configuration);
        Safetensors inputs = Safetensors.open(new Path(folder, CaseKind.INPUTS), configuration);
        Safetensors file = Safetensors.open(new Path(folder, CaseKind.EXPECTED), configuration)) {
      Expectations expected = new Expectations(file, tolerance);
      new NetworkCheck(folder, kernels, precision, threads, model, inputs, expected).compute();
      return expected.finish();
    }
  }

  private void compute() {
    List<String> forward = new ArrayList<>(FORWARD);
    if (config.experts().used()) {
      forward.add(ROUTING);
    }
    expected.part(forward, this::forward);
    List<String> backward = new ArrayList<>(List.of("loss"));
    expected.names().stream().filter(name -> name.startsWith(GRADIENT)).forEach(backward::add);
    expected.part(backward, this::backward);
    expected.part(List.of(LOSSES), this::train);
    expected.part(List.of(GENERATED), this::generate);
  }

  /** What the published stages train: the projector alone, or everything but the vision encoder. */
  private Set<Part> trained() {
    return config.experts().used()
        ? EnumSet.of(Part.PROJECTOR, Part.EXPERTS, Part.DECODER)
        : EnumSet.of(Part.PROJECTOR);
  }

  private ParrotNetwork network(Set<Part> parts) {
    return new ParrotNetwork(
        config, parts, model.weights(), Kernels.create(kernels, precision, threads));
  }

  private void forward() {
    Batch batch = inputs.batch();
    Trace trace;
    try (ParrotNetwork network = network(Set.of())) {
      trace = network.trace(batch);
    }
    int images = batch.images();
    int visual = config.visualTokens();
    expected.values(
        "vision_features", trace.features(), images, visual, config.vision().hiddenSize());
    expected.values("projected", trace.projected(), images, visual, config.decoder().hiddenSize());
    if (config.experts().used()) {
      expected.values(ROUTING, concatenate(trace.routing()), images, config.experts().count());
    }
    expected.values("moe_output", trace.visual(), images, visual, config.decoder().hiddenSize());

    int samples = batch.samples();
    int longest = longest(trace.boundaries(), samples);
    boolean[] counts = new boolean[samples * longest];
    long[] mask = new long[samples * longest];
    long[] labels = new long[samples * longest];
    for (int sample = 0; sample < samples; sample++) {
      int from = trace.boundaries()[sample];
      for (int row = from; row < trace.boundaries()[sample + 1]; row++) {
        int position = sample * longest + row - from;
        counts[position] = true;
        mask[position] = 1;
        labels[position] = trace.labels()[row];
      }
    }
    expected.integers("attention_mask", mask, null, samples, longest);
    expected.integers("padded_labels", labels, counts, samples, longest);
    padded(
        "inputs_embeds",
        trace.embeddings(),
        trace.boundaries(),
        counts,
        longest,
        config.decoder().hiddenSize());
    padded(
        "logits",
        trace.logits(),
        trace.boundaries(),
        counts,
        longest,
        config.decoder().vocabSize());
  }

  /** Compares ragged rows with padded ones; the padding does not count. */
  private void padded(
      String tensor, float[] ragged, int[] boundaries, boolean[] rows, int longest, int columns) {
    int samples = boundaries.length - 1;
    float[] values = new float[samples * longest * columns];
    boolean[] counts = new boolean[values.length];
    for (int sample = 0; sample < samples; sample++) {
      int from = boundaries[sample];
      int count = boundaries[sample + 1] - from;
      System.arraycopy(ragged, from * columns, values, sample * longest * columns, count * columns);
    }
    for (int i = 0; i < counts.length; i++) {
      counts[i] = rows[i / columns];
    }
    expected.values(tensor, values, counts, samples, longest, columns);
  }

  private static int longest(int[] boundaries, int samples) {
    int longest = 0;
    for (int sample = 0; sample < samples; sample++) {
      longest = Math.max(longest, boundaries[sample + 1] - boundaries[sample]);
    }
    return longest;
  }

  private static float[] concatenate(float[][] rows) {
    float[] all = new float[rows.length * rows[0].length];
    for (int row = 0; row < rows.length; row++) {
      System.arraycopy(rows[row], 0, all, row * rows[0].length, rows[0].length);
    }
    return all;
  }

  private void backward() {
    try (ParrotNetwork network = network(trained())) {
      int count = Math.toIntExact(network.parameterCount());
      Tensor values = Tensor.allocate(1, count);
      Tensor gradients = Tensor.allocate(1, count);
      network.bind(
          new FlatMemory(values.address(), gradients.address(), List.of(values, gradients)));
      network.initialize();
      float loss = (float) network.forwardBackward(inputs.batch()).meanLoss();
      expected.values("loss", new float[] {loss}, 1);
      for (Parameter parameter : network.parameters()) {
        int from = Math.toIntExact(parameter.offset());
        float[] gradient =
            gradients.columns(from, from + Math.toIntExact(parameter.size())).toArray();
        String name = parameter.name();
        expected.values(GRADIENT + name, gradient, model.weights().shape(name));
      }
    }
  }

  private void train() {
    if (!expected.names().contains(LOSSES)) {
      expected.values(LOSSES, new float[0], 0);
      return;
    }
    int[] shape = expected.shape(LOSSES);
    if (shape.length != 1 || shape[0] < 1) {
      expected.fail(
          LOSSES, "its shape is %s (must be one loss a step)".formatted(Arrays.toString(shape)));
      return;
    }
    NetworkSpec spec = new NetworkSpec(folder.toString(), trained(), kernels, precision, threads);
    try {
      ComputationGraph graph = ParrotGraph.create(spec, ADAMW);
      Batch batch = inputs.batch();
      float[] losses = new float[shape[0]];
      for (int step = 0; step < losses.length; step++) {
        MultiDataSet data = BatchBridge.dataSet(batch, new int[batch.samples()]);
        graph.fit(data);
        losses[step] = (float) graph.score();
      }
      expected.values(LOSSES, losses, shape);
    } finally {
      ParrotGraph.releaseNetworks();
    }
  }

  private void generate() {
    if (!expected.names().contains(GENERATED)) {
      expected.integers(GENERATED, new long[0], null, 0);
      return;
    }
    int[] shape = expected.shape(GENERATED);
    int samples = inputs.samples();
    if (shape.length != 2 || shape[0] != samples) {
      expected.fail(
          GENERATED,
          "its shape is %s (must be a row for each of %d prompts)"
              .formatted(Arrays.toString(shape), samples));
      return;
    }
    long[] tokens = new long[samples * shape[1]];
    try (ParrotNetwork network = network(Set.of())) {
      GenerationEngine engine = new GenerationEngine(network);
      GenerationSettings settings = GenerationSettings.greedy(shape[1], Set.of());
      for (int sample = 0; sample < samples; sample++) {
        float[] pixels = inputs.promptPixels(sample);
        Tensor image = pixels == null ? null : engine.encode(pixels);
        int[] answer = engine.answer(inputs.prompt(sample), image, settings).tokens();
        for (int i = 0; i < answer.length; i++) {
          tokens[sample * shape[1] + i] = answer[i];
        }
      }
    }
    expected.integers(GENERATED, tokens, null, shape);
  }
}
