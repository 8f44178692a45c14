package parrot.model.weights;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import parrot.model.ModelException;

/**
 * Two models of one shape as one: {@code alpha} of the first and the rest of the second, tensor by
 * tensor, in float32. With 1 or 0 it is one of them, to the last bit.
 */
public final class Blend implements Weights {
  private static final int SHOWN = 5;

  private final Weights first;
  private final Weights second;
  private final float alpha;

  /**
   * @param alpha share of the first, 0 to 1
   * @throws ModelException naming tensors that one of them lacks or has in another shape
   */
  public Blend(Weights first, Weights second, double alpha) {
    this.first = first;
    this.second = second;
    this.alpha = (float) alpha;
    List<String> differing = new ArrayList<>();
    Set<String> all = new LinkedHashSet<>(first.names());
    all.addAll(second.names());
    for (String name : all) {
      if (!first.names().contains(name) || !second.names().contains(name)) {
        differing.add(name + " (in one of them only)");
      } else if (!Arrays.equals(first.shape(name), second.shape(name))) {
        differing.add(
            "%s (%s and %s)"
                .formatted(
                    name, Arrays.toString(first.shape(name)), Arrays.toString(second.shape(name))));
      }
    }
    if (!differing.isEmpty()) {
      throw new ModelException(
          "Cannot blend models of different shapes: "
              + String.join(", ", differing.subList(0, Math.min(SHOWN, differing.size())))
              + (differing.size() > SHOWN ? ", ..." : ""));
    }
  }

  @Override
  public Set<String> names() {
    return first.names();
  }

  @Override
  public int[] shape(String name) {
    return first.shape(name);
  }

  @Override
  public void read(String name, FloatSink sink) {
    if (alpha == 1 || alpha == 0) {
      (alpha == 1 ? first : second).read(name, sink);
      return;
    }
    first.read(
        name,
        (offset, values, count) -> {
          float[] mixed = new float[count];
          second.read(
              name,
              offset,
              count,
              (at, others, length) -> {
                for (int i = 0; i < length; i++) {
                  int index = (int) (at - offset) + i;
                  mixed[index] = alpha * values[index] + (1 - alpha) * others[i];
                }
              });
          sink.accept(offset, mixed, count);
        });
  }

  /** Closes both. */
  @Override
  public void close() {
    first.close();
    second.close();
  }
}
