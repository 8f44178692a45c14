package parrot.model.layer;

import java.util.ArrayList;
import java.util.List;
import parrot.model.config.ParrotConfig;
import parrot.model.kernel.Activation;
import parrot.model.kernel.Kernels;
import parrot.model.tensor.Arena;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Tensor;

/**
 * Brings visual tokens to the decoder's width: {@code linear}, or {@code mlpNx_gelu} with N linear
 * layers and GELU between them.
 *
 * <p>Source: build_vision_projector of the published code.
 */
public final class Projector {
  private final List<Linear> layers = new ArrayList<>();
  private final List<Tensor> inputs = new ArrayList<>(); // of each layer, (rows, in)
  private final List<Tensor> outputs = new ArrayList<>(); // of each layer, (rows, D)

  public Projector(WeightFactory weights, ParrotConfig config) {
    String name = "model.mm_projector";
    int d = config.decoder().hiddenSize();
    int in = config.vision().hiddenSize();
    if (config.projector().depth() == 1) {
      layers.add(Linear.withBias(weights, name, d, in));
    } else {
      for (int layer = 0; layer < config.projector().depth(); layer++) {
        layers.add(Linear.withBias(weights, name + "." + 2 * layer, d, layer == 0 ? in : d));
      }
    }
  }

  /**
   * @param x (rows, Dv)
   * @return (rows, D) float32
   */
  public Tensor forward(Kernels kernels, Arena arena, Tensor x) {
    inputs.clear();
    outputs.clear();
    ElementType type = kernels.factorType();
    Tensor input = Linear.operand(kernels, arena, x);
    for (Linear layer : layers) {
      if (!outputs.isEmpty()) {
        Tensor previous = outputs.get(outputs.size() - 1);
        input = arena.take(type, previous.rows(), previous.columns());
        kernels.activate(input, previous, Activation.GELU);
      }
      boolean last = outputs.size() == layers.size() - 1;
      Tensor output = arena.take(last ? ElementType.F32 : type, input.rows(), layer.outputs());
      layer.forward(kernels, arena, output, input);
      inputs.add(input);
      outputs.add(output);
    }
    return outputs.get(outputs.size() - 1);
  }

  /**
   * @param dx (rows, Dv), or null if the vision tower is frozen
   * @param dy (rows, D); not kept
   */
  public void backward(Kernels kernels, Arena arena, Tensor dx, Tensor dy) {
    Arena.Mark mark = arena.mark();
    Tensor gradient = Linear.operand(kernels, arena, dy);
    for (int i = layers.size() - 1; i > 0; i--) {
      Tensor dinput = arena.take(kernels.factorType(), gradient.rows(), inputs.get(i).columns());
      layers.get(i).backward(kernels, arena, dinput, gradient, inputs.get(i), 0);
      kernels.activateBackward(dinput, dinput, outputs.get(i - 1), Activation.GELU);
      gradient = dinput;
    }
    layers.get(0).backward(kernels, arena, dx, gradient, inputs.get(0), 0);
    arena.release(mark);
  }
}
