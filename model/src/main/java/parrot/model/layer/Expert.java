package parrot.model.layer;

import parrot.model.kernel.Kernels;
import parrot.model.tensor.Arena;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Tensor;

/**
 * One expert, {@code down(silu(gate h) * up h)} without biases, for the n images that it was chosen
 * for; nothing is computed for others.
 */
final class Expert {
  private final Linear gate; // (F, D)
  private final Linear up; // (F, D)
  private final Linear down; // (D, F)
  private final float mixture;

  private Chosen chosen;
  private Tensor input; // (I * P, D), an operand
  private Tensor factors; // (n, 1), weights in the mixture
  private Tensor gated; // (n * P, F), an operand
  private Tensor upped; // (n * P, F), an operand
  private Tensor activated; // (n * P, F), an operand

  /**
   * @param mixture factor of the expert's output beside the router's weight
   */
  Expert(WeightFactory weights, String name, int f, int d, float mixture) {
    gate = Linear.withoutBias(weights, name + ".gate_proj", f, d);
    up = Linear.withoutBias(weights, name + ".up_proj", f, d);
    down = Linear.withoutBias(weights, name + ".down_proj", d, f);
    this.mixture = mixture;
  }

  /**
   * Adds the weighted output of the expert.
   *
   * @param y (I * P, D) float32, added to
   * @param scratch (I * P, F), an operand, overwritten
   * @param x (I * P, D), an operand
   * @param weights the router's, (I, 1)
   */
  void forward(
      Kernels kernels,
      Arena arena,
      Tensor y,
      Tensor scratch,
      Tensor x,
      Tensor weights,
      Chosen chosen) {
    this.chosen = chosen;
    if (chosen.isNothing()) {
      return;
    }
    input = x;
    factors = chosen.gather(kernels, arena, weights);
    ElementType type = kernels.factorType();
    int rows = x.rows() / weights.rows() * chosen.count();
    gated = arena.take(type, rows, gate.outputs());
    upped = arena.take(type, rows, gate.outputs());
    activated = arena.take(type, rows, gate.outputs());
    Arena.Mark mark = arena.mark();
    Tensor h = chosen.gather(kernels, arena, x);
    gate.forward(kernels, arena, gated, h);
    up.forward(kernels, arena, upped, h);
    kernels.swiglu(activated, gated, upped);
    Tensor weighted = chosen.room(scratch);
    weigh(kernels, weighted, activated);
    if (chosen.isEverything()) {
      down.forwardAdding(kernels, arena, y, weighted);
    } else {
      Tensor some = arena.take(rows, y.columns());
      down.forward(kernels, arena, some, weighted);
      chosen.add(kernels, y, some);
    }
    arena.release(mark);
  }

  /**
   * What the expert made of the tokens in the last forward pass, before the router weighs it.
   *
   * @param y (I * P, D) float32, overwritten; zero for images that have not chosen the expert
   */
  void output(Kernels kernels, Arena arena, Tensor y) {
    if (chosen.isEverything()) {
      down.forward(kernels, arena, y, activated);
      return;
    }
    kernels.fill(y, 0);
    if (!chosen.isNothing()) {
      Arena.Mark mark = arena.mark();
      Tensor some = arena.take(activated.rows(), y.columns());
      down.forward(kernels, arena, some, activated);
      chosen.add(kernels, y, some);
      arena.release(mark);
    }
  }

  /**
   * Adds the expert's part of the gradients.
   *
   * @param dx (I * P, D) float32, added to
   * @param dweights (I, 1), written for images that have chosen the expert; lacks {@code mixture}
   * @param scratch (I * P, F), an operand, overwritten
   * @param dscratch (I * P, F), an operand, overwritten
   * @param dy (I * P, D), an operand
   * @param doutput gradient of {@link #output} beside, (I * P, D), an operand; null if there is
   *     none
   */
  void backward(
      Kernels kernels,
      Arena arena,
      Tensor dx,
      Tensor dweights,
      Tensor scratch,
      Tensor dscratch,
      Tensor dy,
      Tensor doutput) {
    if (chosen.isNothing()) {
      return;
    }
    Arena.Mark mark = arena.mark();
    Tensor h = chosen.gather(kernels, arena, input);
    Tensor dout = chosen.gather(kernels, arena, dy);
    Tensor weighted = chosen.room(scratch);
    Tensor dactive = chosen.room(dscratch);
    weigh(kernels, weighted, activated);
    down.backward(kernels, arena, dactive, dout, weighted, 0);
    boolean everything = chosen.isEverything();
    Tensor dfactors = everything ? dweights : arena.take(chosen.count(), 1);
    kernels.dotBlocks(dfactors, dactive, activated);
    weigh(kernels, dactive, dactive);
    if (doutput != null) {
      down.backward(kernels, arena, dactive, chosen.gather(kernels, arena, doutput), activated, 1);
    }
    kernels.swigluBackward(gated, upped, dactive, gated, upped);
    Tensor dh = everything ? dx : arena.take(h.rows(), h.columns());
    gate.backward(kernels, arena, dh, gated, h, everything ? 1 : 0);
    up.backward(kernels, arena, dh, upped, h, 1);
    if (!everything) {
      chosen.write(kernels, dweights, dfactors);
      chosen.add(kernels, dx, dh);
    }
    arena.release(mark);
  }

  /** {@code y = mixture * p * x} by image. */
  private void weigh(Kernels kernels, Tensor y, Tensor x) {
    kernels.scaleBlocks(y, x, factors);
    if (mixture != 1) {
      kernels.scale(y, mixture);
    }
  }
}
