package parrot.model.network;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import parrot.model.config.Adapters;
import parrot.model.kernel.Kernels;
import parrot.model.layer.Dropout;
import parrot.model.layer.Weight;
import parrot.model.layer.WeightFactory;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Master;
import parrot.model.tensor.Memory;
import parrot.model.tensor.Tensor;

/** Which parameters a network has, which are trained, and where they lie. */
final class ParameterTable implements WeightFactory {
  private static final long NOWHERE = 64;

  private final Set<Part> trained;
  private final Optional<Adapters> adapters;
  private final Map<String, Weight> weights = new HashMap<>();
  private final Set<String> factors = new HashSet<>();
  private final Set<String> tables = new HashSet<>();
  private final List<Weight> frozen = new ArrayList<>();
  private final List<Parameter> parameters = new ArrayList<>();
  private final Dropout dropout = new Dropout();
  private long count;

  ParameterTable(Set<Part> trained, Optional<Adapters> adapters) {
    this.trained = trained;
    this.adapters = adapters;
  }

  @Override
  public Weight create(String name, int rows, int columns) {
    return create(name, rows, columns, false);
  }

  private Weight create(String name, int rows, int columns, boolean factor) {
    Weight weight = new Weight(name, rows, columns);
    if (weights.put(name, weight) != null) {
      throw new IllegalStateException("Parameter " + name + " is created twice");
    }
    Part part = Part.of(name);
    if (trained.contains(part)) {
      parameters.add(new Parameter(name, part, rows, columns, count, factor));
      count += (long) rows * columns;
    } else {
      frozen.add(weight);
    }
    return weight;
  }

  @Override
  public Weight createFactor(String name, int rows, int columns) {
    factors.add(name);
    return create(name, rows, columns, true);
  }

  @Override
  public Weight createTable(String name, int rows, int columns) {
    tables.add(name);
    return create(name, rows, columns);
  }

  @Override
  public Optional<Adapters> adapters(String layer) {
    return adapters.filter(given -> given.cover(layer));
  }

  @Override
  public Dropout dropout() {
    return dropout;
  }

  List<Parameter> parameters() {
    return List.copyOf(parameters);
  }

  long count() {
    return count;
  }

  /** Bytes of what is never trained, matrices of products and tables in the given types. */
  long frozenBytes(ElementType factorType, ElementType tableType) {
    long bytes = 0;
    for (Weight weight : frozen) {
      ElementType type =
          factors.contains(weight.name())
              ? factorType
              : tables.contains(weight.name()) ? tableType : ElementType.F32;
      bytes += (long) type.bytes() * weight.rows() * weight.columns();
    }
    return bytes;
  }

  /**
   * Places what is never trained; each tensor is read once. Every core takes the largest that is
   * left, so that all end together.
   */
  void placeFrozen(FrozenWeights source, ElementType factorType, Memory memory) {
    List<Weight> largestFirst = new ArrayList<>(frozen);
    largestFirst.sort(
        Comparator.comparingLong((Weight weight) -> (long) weight.rows() * weight.columns())
            .reversed());
    Queue<Weight> left = new ConcurrentLinkedQueue<>(largestFirst);
    IntStream.range(0, Runtime.getRuntime().availableProcessors())
        .parallel()
        .forEach(
            core -> {
              for (Weight weight = left.poll(); weight != null; weight = left.poll()) {
                placeFrozen(weight, source, factorType, memory);
              }
            });
  }

  private void placeFrozen(
      Weight weight, FrozenWeights source, ElementType factorType, Memory memory) {
    ElementType type =
        factors.contains(weight.name())
            ? factorType
            : tables.contains(weight.name()) ? source.storedType(weight) : ElementType.F32;
    Tensor value = source.tensor(weight, type, memory);
    weight.place(Master.whole(value), null);
  }

  /**
   * Places what is trained.
   *
   * @param copies of whole values for products; null where these take float32
   */
  void place(TrainedMemory memory, RoundedCopies copies) {
    for (Parameter parameter : parameters) {
      Master values = memory.values(parameter);
      boolean copied = copies != null && parameter.factor() && !values.isSplit();
      weight(parameter)
          .place(
              copied ? copies.of(parameter, values.whole()) : values, memory.gradients(parameter));
    }
  }

  /** Gives every weight a shape and no memory, for kernels that look at none. */
  void placeNowhere(ElementType factorType) {
    for (Weight weight : weights.values()) {
      boolean learns = trained.contains(Part.of(weight.name()));
      ElementType type = factors.contains(weight.name()) ? factorType : ElementType.F32;
      Tensor floats = Tensor.view(NOWHERE, weight.rows(), weight.columns(), null);
      Tensor factor = Tensor.view(type, NOWHERE, weight.rows(), weight.columns(), null);
      weight.place(Master.copied(floats, factor), learns ? floats : null);
    }
  }

  Weight weight(Parameter parameter) {
    return weights.get(parameter.name());
  }

  /** Begins a step: all gradients are of the last one. */
  void forgetGradients() {
    weights.values().forEach(Weight::forgetGradient);
  }

  /** Ends a step: what nothing was added to becomes zero. */
  void completeGradients(Kernels kernels) {
    weights.values().forEach(weight -> weight.gradient(kernels));
  }
}
