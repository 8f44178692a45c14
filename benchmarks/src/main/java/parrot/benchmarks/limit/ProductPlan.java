package parrot.benchmarks.limit;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import parrot.benchmarks.workload.Workload;
import parrot.model.config.ParrotConfig;
import parrot.model.config.VisionConfig;
import parrot.model.network.Batch;
import parrot.model.network.Part;

/**
 * The matrix products that a step cannot do without: none for padding, for unsupervised positions
 * or for frozen weights; attention's in full, as if nothing were masked.
 */
final class ProductPlan {
  /**
   * {@code (m, k) (k, n)} in the layout of the operands as they lie in memory.
   *
   * @param transposeA whether the left factor lies as (k, m)
   * @param transposeB whether the right factor lies as (n, k)
   */
  record Shape(int m, int n, int k, boolean transposeA, boolean transposeB) {
    double operations() {
      return 2.0 * m * n * k;
    }
  }

  private final Map<Shape, Integer> products = new LinkedHashMap<>();

  private ProductPlan() {}

  /** How often each shape is multiplied in a step. */
  Map<Shape, Integer> products() {
    return products;
  }

  /** Floating-point operations of a step. */
  double operations() {
    return products.entrySet().stream()
        .mapToDouble(entry -> entry.getKey().operations() * entry.getValue())
        .sum();
  }

  /** One product. */
  static ProductPlan of(Shape shape) {
    ProductPlan plan = new ProductPlan();
    plan.add(shape, 1);
    return plan;
  }

  /** The products of one step of a workload. */
  static ProductPlan of(Workload.Kind kind, ParrotConfig config, Set<Part> trained, Batch batch) {
    ProductPlan plan = new ProductPlan();
    if (kind == Workload.Kind.ANSWER) {
      plan.answers(config, batch);
      return plan;
    }
    if (batch.images() > 0) {
      plan.vision(config, batch.images());
    }
    if (kind == Workload.Kind.ENCODE) {
      return plan;
    }
    boolean below = trained.contains(Part.PROJECTOR) || trained.contains(Part.EXPERTS);
    if (batch.images() > 0) {
      plan.visuals(config, trained, batch.images() * config.visualTokens());
    }
    plan.decoder(config, batch, trained.contains(Part.DECODER), below);
    return plan;
  }

  /** What first tokens of prompts about one image take: tower and projector once for all. */
  private void answers(ParrotConfig config, Batch batch) {
    vision(config, 1);
    projector(config, config.visualTokens(), false);
    experts(config, batch.images() * config.visualTokens(), false, false);
    int d = config.decoder().hiddenSize();
    int f = config.decoder().intermediateSize();
    int layers = config.decoder().numHiddenLayers();
    int samples = batch.samples();
    for (int sample = 0; sample < samples; sample++) {
      int rows = batch.lengths()[sample] + config.visualTokens() - 1;
      linear(rows, d, d, 2 * (layers - 1), false, false);
      linear(rows, config.decoder().keyValueSize(), d, 2 * layers, false, false);
      linear(rows, f, d, 2 * (layers - 1), false, false);
      linear(rows, d, f, layers - 1, false, false);
      attention(
          rows,
          config.decoder().headSize(),
          config.decoder().numAttentionHeads() * (layers - 1),
          false);
    }
    // Of the last layer one row of each prompt is read, and keys and values are of all.
    linear(samples, d, d, 2, false, false);
    linear(samples, f, d, 2, false, false);
    linear(samples, d, f, 1, false, false);
    linear(samples, config.decoder().vocabSize(), d, 1, false, false);
  }

  private void vision(ParrotConfig config, int images) {
    VisionConfig vision = config.vision();
    int d = vision.hiddenSize();
    int tokens = vision.tokens();
    int layers = config.visionLayersUsed();
    int patch = vision.numChannels() * vision.patchSize() * vision.patchSize();
    linear(images * vision.patches(), d, patch, 1, false, false);
    linear(images * tokens, d, d, 4 * layers, false, false);
    linear(images * tokens, vision.intermediateSize(), d, layers, false, false);
    linear(images * tokens, d, vision.intermediateSize(), layers, false, false);
    int heads = vision.numAttentionHeads();
    attention(tokens, vision.headSize(), images * heads * layers, false);
  }

  private void visuals(ParrotConfig config, Set<Part> trained, int rows) {
    boolean projects = trained.contains(Part.PROJECTOR);
    projector(config, rows, projects);
    experts(config, rows, projects, trained.contains(Part.EXPERTS));
  }

  private void projector(ParrotConfig config, int rows, boolean projects) {
    int d = config.decoder().hiddenSize();
    for (int layer = 0; layer < config.projector().depth(); layer++) {
      int in = layer == 0 ? config.vision().hiddenSize() : d;
      linear(rows, d, in, 1, projects && layer > 0, projects);
    }
  }

  private void experts(ParrotConfig config, int rows, boolean projects, boolean learns) {
    if (config.experts().used()) {
      int d = config.decoder().hiddenSize();
      int f = config.experts().intermediateSize();
      linear(rows, f, d, 2 * config.experts().count(), projects, learns);
      linear(rows, d, f, config.experts().count(), projects || learns, learns);
    }
  }

  private void decoder(ParrotConfig config, Batch batch, boolean learns, boolean below) {
    int d = config.decoder().hiddenSize();
    int f = config.decoder().intermediateSize();
    int layers = config.decoder().numHiddenLayers();
    int rows = batch.tokenIds().length;
    boolean back = learns || below;
    int[] tokens = batch.lengths().clone();
    for (int sample : batch.imageSamples()) {
      tokens[sample] += config.visualTokens() - 1;
      rows += config.visualTokens() - 1;
    }
    linear(rows, d, d, 2 * layers, back, learns);
    linear(rows, config.decoder().keyValueSize(), d, 2 * layers, back, learns);
    linear(rows, f, d, 2 * layers, back, learns);
    linear(rows, d, f, layers, back, learns);
    for (int length : tokens) {
      attention(
          length, config.decoder().headSize(), config.decoder().numAttentionHeads() * layers, back);
    }
    int supervised = 0;
    int at = 0;
    for (int length : batch.lengths()) {
      // The first token of a sample has none before it that could predict it.
      for (int i = at + 1; i < at + length; i++) {
        supervised += batch.labels()[i] == Batch.IGNORE ? 0 : 1;
      }
      at += length;
    }
    linear(supervised, config.decoder().vocabSize(), d, 1, back, learns);
  }

  /** {@code y = x W^T}, and what its gradients take. */
  private void linear(int rows, int out, int in, int count, boolean input, boolean weight) {
    add(new Shape(rows, out, in, false, true), count);
    if (input) {
      add(new Shape(rows, in, out, false, false), count);
    }
    if (weight) {
      add(new Shape(out, in, rows, true, false), count);
    }
  }

  private void attention(int tokens, int headSize, int count, boolean back) {
    add(new Shape(tokens, tokens, headSize, false, true), back ? 2 * count : count);
    add(new Shape(tokens, headSize, tokens, false, false), back ? 2 * count : count);
    if (back) {
      add(new Shape(tokens, headSize, tokens, true, false), 2 * count);
    }
  }

  private void add(Shape shape, int count) {
    products.merge(shape, count, Integer::sum);
  }
}
