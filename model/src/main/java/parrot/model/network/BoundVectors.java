package parrot.model.network;

import parrot.model.kernel.AdamWStep;
import parrot.model.kernel.Kernels;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Memory;
import parrot.model.tensor.Tensor;

/** The flat vectors that a network's trained parameters lie in, and their rounded copy. */
final class BoundVectors implements AutoCloseable {
  private final ParameterTable table;
  private final Kernels kernels;
  private final Memory memory;
  private RoundedCopy rounded; // null where products take float32
  private long parameters;
  private long gradients;
  private Object owner;

  BoundVectors(ParameterTable table, Kernels kernels, Memory memory) {
    this.table = table;
    this.kernels = kernels;
    this.memory = memory;
  }

  /**
   * @see ParrotNetwork#bind
   */
  void bind(long parameters, long gradients, Object owner) {
    this.parameters = parameters;
    this.gradients = gradients;
    this.owner = owner;
    if (rounded == null && kernels.factorType() == ElementType.BF16 && table.count() > 0) {
      rounded = new RoundedCopy(memory, table.count());
    }
    table.place(memory, parameters, gradients, rounded, owner);
    changed();
  }

  /** Rounds all again, because somebody has written to the parameters. */
  void changed() {
    if (rounded != null) {
      rounded.round(kernels, parameters, owner);
    }
  }

  /** Rounds all again if somebody has written to the parameters. */
  void refresh() {
    if (rounded != null) {
      rounded.refresh(kernels, parameters, table.parameters(), owner);
    }
  }

  /**
   * @see ParrotNetwork#update
   */
  void update(long offset, Tensor first, Tensor second, AdamWStep step) {
    int length = first.columns();
    kernels.adamW(
        window(parameters, offset, length),
        rounded == null ? null : rounded.window(offset, length),
        window(gradients, offset, length),
        first,
        second,
        step);
  }

  private Tensor window(long vector, long offset, int length) {
    long at = vector + Float.BYTES * offset;
    return Tensor.view(memory, ElementType.F32, at, 1, length, owner);
  }

  @Override
  public void close() {
    if (rounded != null) {
      rounded.close();
    }
  }
}
