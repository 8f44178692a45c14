package parrot.model.layer;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import parrot.model.config.ParrotConfig;
import parrot.model.kernel.Kernels;
import parrot.model.kernel.Segments;
import parrot.model.tensor.Arena;
import parrot.model.tensor.Tensor;

/**
 * Weights over experts, once per image: the class token attends to the embeddings of the prompt,
 * and what it finds is scored against each expert.
 *
 * <p>Where k of E experts compute, those with the largest probability plus selection bias are
 * chosen. The bias decides who computes and nothing else: the weights of the chosen are their
 * probabilities, scaled to a sum of 1. With k = 1 that weight is always 1, so the loss of the model
 * does not teach the router. With k = E the weights are the probabilities. A {@link MovingBias}
 * keeps the experts in balance between the rounds in which all replicas tell their loads.
 *
 * <p>Source: MultilingualMoE of the published code, which is dense; selection as in DeepSeek-V3
 * (arXiv 2412.19437, section 2.1.2), balance loss on global loads as in arXiv 2501.11873.
 */
final class Router {
  private final Weight gate; // (E, D)
  private final int experts; // E
  private final int choices; // k
  private final Routing own;
  private Routing routing;

  private Tensor prompts; // (queries, D) float32
  private Tensor classes; // (I, D) float32
  private Tensor pooled; // (I, D)
  private Tensor logSum; // (I, 1)
  private Tensor probabilities; // (I, E)
  private float[] logSums = {}; // [I], for a z-loss
  private Tensor weights; // (I, E), zero for experts that are not chosen
  private int[][] selected; // [I][k], null where all are
  private Segments segments;

  Router(WeightFactory weights, String name, ParrotConfig config) {
    experts = config.experts().count();
    choices = config.experts().topK();
    gate = weights.create(name + ".weight", experts, config.decoder().hiddenSize());
    own = Routing.of(config);
    routing = own;
  }

  /**
   * @param routing null for the model's own
   */
  void steer(Routing routing) {
    Routing next = routing == null ? own : routing;
    requireOneEach("selection biases", next.selectionBias());
    requireOneEach("loads", next.load());
    this.routing = next;
  }

  /** What it is steered by, with the bias as it is after the last forward pass. */
  Routing steering() {
    return routing;
  }

  private void requireOneEach(String what, List<Double> values) {
    if (!values.isEmpty() && values.size() != experts) {
      throw new IllegalArgumentException(
          "Cannot route: got %d %s, expected %d, one for each expert"
              .formatted(values.size(), what, experts));
    }
  }

  /**
   * @param classes class tokens (I, D)
   * @param prompts embeddings of the prompts' tokens (queries, D)
   * @param promptBoundaries rows of {@code prompts} by image, I + 1
   */
  void forward(
      Kernels kernels, Arena arena, Tensor classes, Tensor prompts, int[] promptBoundaries) {
    int images = classes.rows();
    int d = classes.columns();
    this.classes = classes;
    this.prompts = prompts;
    int[] each = new int[images + 1];
    Arrays.setAll(each, i -> i);
    segments = new Segments(each, promptBoundaries, 1, 1, d, false);
    pooled = arena.take(images, d);
    logSum = arena.take(images, 1);
    kernels.attention(pooled, logSum, classes, prompts, prompts, segments);
    Tensor logits = arena.take(images, experts);
    kernels.matmul(logits, pooled, false, gate.value(), true, 0);
    logSums = routing.zLoss() > 0 ? ZLoss.logSums(logits.toArray(), experts) : new float[0];
    if (choices == experts) {
      kernels.softmax(logits);
      probabilities = logits;
      weights = logits;
      selected = null;
    } else {
      probabilities = arena.take(images, experts);
      kernels.copy(probabilities, logits);
      kernels.softmax(probabilities);
      select(kernels, arena, logits);
    }
  }

  private void select(Kernels kernels, Arena arena, Tensor logits) {
    int images = logits.rows();
    double[] bias = new double[experts];
    Arrays.setAll(
        bias, i -> routing.selectionBias().isEmpty() ? 0 : routing.selectionBias().get(i));
    if (routing.biasPace() > 0) {
      MovingBias moving = new MovingBias(bias, routing.biasPace());
      selected = moving.select(kernels, probabilities, choices);
      routing = routing.withBias(moving.values());
    } else {
      selected = kernels.largest(probabilities, bias, choices);
    }
    int[] cells =
        IntStream.range(0, images * choices)
            .map(i -> i / choices * experts + selected[i / choices][i % choices])
            .toArray();
    Tensor few = arena.take(images, choices);
    kernels.gather(column(few), column(logits), cells);
    kernels.softmax(few);
    weights = arena.take(images, experts);
    kernels.fill(weights, 0);
    kernels.scatter(column(weights), column(few), cells);
  }

  private static Tensor column(Tensor matrix) {
    return matrix.reshape(Math.toIntExact(matrix.size()), 1);
  }

  /** (I, E); zero for experts that are not chosen. */
  Tensor weights() {
    return weights;
  }

  /** (I, E). */
  Tensor probabilities() {
    return probabilities;
  }

  /** Log-sum-exp of the logits by image, [I]; empty unless the router is steered by a z-loss. */
  float[] logSums() {
    return logSums;
  }

  /** Numbers of the experts that compute, by image. */
  int[][] selected() {
    if (selected != null) {
      return selected;
    }
    int[][] all = new int[weights.rows()][];
    Arrays.fill(all, IntStream.range(0, experts).toArray());
    return all;
  }

  /** The images that an expert computes for. */
  Chosen chosen(int expert) {
    int images = weights.rows();
    if (selected == null) {
      return Chosen.everything(images);
    }
    return Chosen.of(
        IntStream.range(0, images)
            .filter(i -> Arrays.binarySearch(selected[i], expert) >= 0)
            .toArray(),
        images);
  }

  /**
   * Gradients of the model's loss through the weights, of the balance loss through the
   * probabilities, of the z-loss through all logits, and of losses that part images through the
   * probabilities; the selection counts as given.
   *
   * @param dclasses (I, D), overwritten
   * @param dprompts (queries, D), overwritten; null where no gradient is wanted
   * @param dweights (I, E), lost; zero for experts that are not chosen
   */
  void backward(Kernels kernels, Arena arena, Tensor dclasses, Tensor dprompts, Tensor dweights) {
    Tensor dlogits = dweights;
    kernels.softmaxBackward(dlogits, dweights, weights);
    if (routing.hasLoss()) {
      addBalanceGradient(kernels, arena, dlogits);
    }
    if (routing.zLoss() > 0) {
      Tensor pull = arena.take(dlogits.rows(), experts);
      pull.set(ZLoss.gradient(routing.zLoss(), logSums, probabilities.toArray()));
      kernels.add(dlogits, pull, 1);
    }
    if (routing.parts()) {
      Tensor pull = arena.take(dlogits.rows(), experts);
      pull.set(
          GateTerms.gradient(
              routing.variance(), routing.information(), probabilities.toArray(), experts));
      kernels.softmaxBackward(pull, pull, probabilities);
      kernels.add(dlogits, pull, 1);
    }
    if (gate.isTrained()) {
      gate.addProduct(kernels, dlogits, pooled);
    }
    Tensor dpooled = arena.take(pooled.rows(), pooled.columns());
    kernels.matmul(dpooled, dlogits, false, gate.value(), false, 0);
    Tensor dkeys = dprompts == null ? arena.take(prompts.rows(), prompts.columns()) : dprompts;
    Tensor dvalues = arena.take(prompts.rows(), prompts.columns());
    kernels.attentionBackward(
        dclasses, dkeys, dvalues, dpooled, pooled, logSum, classes, prompts, prompts, segments);
    if (dprompts != null) {
      kernels.add(dprompts, dvalues, 1);
    }
  }

  private void addBalanceGradient(Kernels kernels, Arena arena, Tensor dlogits) {
    int images = dlogits.rows();
    float[] pressure = new float[experts];
    for (int i = 0; i < experts; i++) {
      pressure[i] = (float) (routing.lossWeight() * experts * routing.load().get(i) / images);
    }
    Tensor row = arena.take(1, experts);
    row.set(pressure);
    Tensor dprobabilities = arena.take(images, experts);
    kernels.fill(dprobabilities, 0);
    kernels.addBias(dprobabilities, row);
    kernels.softmaxBackward(dprobabilities, dprobabilities, probabilities);
    kernels.add(dlogits, dprobabilities, 1);
  }
}
