package parrot.model.network;

import parrot.model.kernel.AdamWStep;
import parrot.model.kernel.Kernels;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Tensor;

/** The memory that a network's trained parameters lie in, and what products take of them. */
final class BoundMemory {
  private final ParameterTable table;
  private final Kernels kernels;
  private TrainedMemory memory;
  private RoundedCopies copies; // null where products take float32

  BoundMemory(ParameterTable table, Kernels kernels) {
    this.table = table;
    this.kernels = kernels;
  }

  /**
   * @see ParrotNetwork#bind
   */
  void bind(TrainedMemory memory) {
    this.memory = memory;
    if (copies == null && kernels.factorType() == ElementType.BF16) {
      copies = new RoundedCopies(kernels);
    }
    table.place(memory, copies);
    changed();
  }

  /** Rounds all again, because somebody has written to the parameters. */
  void changed() {
    if (copies != null) {
      copies.round();
    }
  }

  /** Rounds all again if somebody has written to the parameters. */
  void refresh() {
    if (copies != null) {
      copies.refresh();
    }
  }

  /**
   * @see ParrotNetwork#update
   */
  void update(Parameter parameter, long from, Tensor first, Tensor second, AdamWStep step) {
    int count = first.columns();
    kernels.adamW(
        table.weight(parameter).values().window(from, count),
        memory.gradients(parameter).window(from, count),
        first,
        second,
        step);
  }
}
