package parrot.model.network;

import java.util.HashMap;
import java.util.Map;
import parrot.model.kernel.Kernels;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Master;
import parrot.model.tensor.Memory;
import parrot.model.tensor.Tensor;

/**
 * Trained float32 matrices once more as bfloat16, to enter products. The optimizer writes them
 * together with the parameters.
 *
 * <p>Anything else that writes parameters (an average over replicas, a checkpoint, a user) does not
 * know of them. So before each step the first value of each row is compared, which notices every
 * change of a whole row or tensor at a thousandth of its price; then all is rounded again.
 */
final class RoundedCopies {
  private final Kernels kernels;
  private final Map<Parameter, Master> copied = new HashMap<>();

  RoundedCopies(Kernels kernels) {
    this.kernels = kernels;
  }

  /** Values with a copy of their own, the same one whatever memory the values move to. */
  Master of(Parameter parameter, Tensor values) {
    return copied.compute(
        parameter,
        (key, before) ->
            Master.copied(
                values,
                before == null
                    ? Tensor.allocate(values.memory(), ElementType.BF16, key.rows(), key.columns())
                    : before.high()));
  }

  /** Rounds everything again if somebody has changed a value; on a device nobody does. */
  void refresh() {
    if (kernels.memory().isHost() && !copied.values().stream().allMatch(RoundedCopies::agree)) {
      round();
    }
  }

  private static boolean agree(Master values) {
    for (int row = 0; row < values.rows(); row++) {
      Tensor copy = values.high().rows(row, row + 1);
      if (copy.buffer().getShort(0) != Master.high(values.whole().get(row, 0))) {
        return false;
      }
    }
    return true;
  }

  /** Rounds as the optimizer does; {@link Kernels#copy} decides ties in another way. */
  private static void roundOnHost(Master values) {
    Tensor whole = values.whole().in(Memory.HOST);
    Tensor copy = Tensor.allocate(ElementType.BF16, whole.rows(), whole.columns());
    Master.copied(whole, copy).round();
    values.high().set(copy);
  }

  /** Rounds everything. */
  void round() {
    if (kernels.memory().isHost()) {
      copied.values().parallelStream().forEach(Master::round);
    } else {
      copied.values().forEach(RoundedCopies::roundOnHost);
    }
  }
}
