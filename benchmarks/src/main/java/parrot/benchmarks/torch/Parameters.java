package parrot.benchmarks.torch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import parrot.model.config.ParrotConfig;
import parrot.model.network.Part;
import parrot.model.weights.TensorNames;
import parrot.model.weights.TensorSpec;
import parrot.model.weights.Weights;

/** Tensors under published names, with the shapes of the files. */
final class Parameters {
  private final Map<String, Tensor> tensors = new HashMap<>();
  private final List<Tensor> trained = new ArrayList<>();

  /**
   * @param trainedParts whose tensors want gradients
   * @param type of all tensors
   */
  Parameters(ParrotConfig config, Weights weights, Set<Part> trainedParts, ScalarType type) {
    this(TensorNames.of(config), weights, trainedParts, type);
  }

  /** Those of the vision tower alone. */
  static Parameters vision(ParrotConfig config, Weights weights, ScalarType type) {
    return new Parameters(TensorNames.vision(config), weights, Set.of(), type);
  }

  private Parameters(
      List<TensorSpec> specs, Weights weights, Set<Part> trainedParts, ScalarType type) {
    for (TensorSpec spec : specs) {
      if (!spec.required()) {
        continue;
      }
      Tensor tensor = read(weights, spec);
      if (type != ScalarType.Float) {
        try (Tensor wide = tensor) {
          tensor = wide.to(type);
        }
      }
      if (trainedParts.contains(Part.of(spec.name()))) {
        tensor.set_requires_grad(true);
        trained.add(tensor);
      }
      tensors.put(spec.name(), tensor);
    }
  }

  private static Tensor read(Weights weights, TensorSpec spec) {
    Tensor tensor = torch.empty(Arrays.stream(spec.shape()).asLongStream().toArray());
    FloatPointer data = tensor.data_ptr_float();
    weights.read(
        spec.name(), (offset, values, count) -> data.position(offset).put(values, 0, count));
    return tensor;
  }

  Tensor get(String name) {
    Tensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException("Cannot build libtorch's Parrot: there is no " + name);
    }
    return tensor;
  }

  boolean has(String name) {
    return tensors.containsKey(name);
  }

  /** What the optimizer updates. */
  TensorVector trained() {
    return new TensorVector(trained.toArray(Tensor[]::new));
  }

  /** {@code x W^T + b} with the tensors of this name; without a bias if there is none. */
  Tensor linear(Tensor x, String name) {
    String bias = name + ".bias";
    return Ops.linear(x, get(name + ".weight"), has(bias) ? get(bias) : null);
  }
}
