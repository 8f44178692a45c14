package parrot.model.network;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import parrot.model.layer.Weight;
import parrot.model.layer.WeightFactory;
import parrot.model.tensor.Tensor;
import parrot.model.weights.Weights;

/** Which parameters a network has, which are trained, and where they lie. */
final class ParameterTable implements WeightFactory {
  private final Set<Part> trained;
  private final Map<String, Weight> weights = new HashMap<>();
  private final List<Weight> frozen = new ArrayList<>();
  private final List<Parameter> parameters = new ArrayList<>();
  private long count;

  ParameterTable(Set<Part> trained) {
    this.trained = trained;
  }

  @Override
  public Weight create(String name, int rows, int columns) {
    Weight weight = new Weight(name, rows, columns);
    if (weights.put(name, weight) != null) {
      throw new IllegalStateException("Parameter " + name + " is created twice");
    }
    Part part = Part.of(name);
    if (trained.contains(part)) {
      parameters.add(new Parameter(name, part, rows, columns, count));
      count += (long) rows * columns;
    } else {
      frozen.add(weight);
    }
    return weight;
  }

  List<Parameter> parameters() {
    return List.copyOf(parameters);
  }

  long count() {
    return count;
  }

  /** Loads what is never trained into memory of its own. */
  void loadFrozen(Weights source) {
    for (Weight weight : frozen) {
      Tensor value = Tensor.allocate(weight.rows(), weight.columns());
      source.readInto(weight.name(), value);
      weight.place(value, null);
    }
  }

  /** Places what is trained into flat vectors; {@code gradients} 0 for a forward pass alone. */
  void place(long values, long gradients, Object owner) {
    for (Parameter parameter : parameters) {
      Weight weight = weights.get(parameter.name());
      weight.place(
          view(values, parameter, owner),
          gradients == 0 ? null : view(gradients, parameter, owner));
    }
  }

  Weight weight(Parameter parameter) {
    return weights.get(parameter.name());
  }

  private static Tensor view(long address, Parameter parameter, Object owner) {
    return Tensor.view(
        address + 4 * parameter.offset(), parameter.rows(), parameter.columns(), owner);
  }
}
