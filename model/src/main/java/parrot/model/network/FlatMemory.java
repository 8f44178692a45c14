package parrot.model.network;

import java.util.Objects;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Master;
import parrot.model.tensor.Memory;
import parrot.model.tensor.Tensor;

/** Float32 vectors of all trained tensors, one after the other. */
public final class FlatMemory implements TrainedMemory {
  private final Memory memory;
  private final long values;
  private final long gradients;
  private final Object owner;

  /**
   * On the host.
   *
   * @see #FlatMemory(Memory, long, long, Object)
   */
  public FlatMemory(long values, long gradients, Object owner) {
    this(Memory.HOST, values, gradients, owner);
  }

  /**
   * @param values address of the parameters
   * @param gradients address of theirs, or 0 for forward passes alone
   * @param owner kept reachable as long as the vectors are in use
   */
  public FlatMemory(Memory memory, long values, long gradients, Object owner) {
    this.memory = memory;
    this.values = values;
    this.gradients = gradients;
    this.owner = owner;
  }

  @Override
  public Master values(Parameter parameter) {
    return Master.whole(view(values, parameter));
  }

  @Override
  public Tensor gradients(Parameter parameter) {
    return gradients == 0 ? null : view(gradients, parameter);
  }

  private Tensor view(long address, Parameter parameter) {
    long at = address + Float.BYTES * parameter.offset();
    return Tensor.view(memory, ElementType.F32, at, parameter.rows(), parameter.columns(), owner);
  }

  /** Whether it is the same memory. */
  @Override
  public boolean equals(Object other) {
    return other instanceof FlatMemory flat
        && memory == flat.memory
        && values == flat.values
        && gradients == flat.gradients;
  }

  @Override
  public int hashCode() {
    return Objects.hash(values, gradients);
  }
}
