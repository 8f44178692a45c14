package parrot.model.weights;

import java.io.Serializable;
import java.util.Arrays;

/**
 * A tensor that a configuration asks for.
 *
 * @param name as published
 * @param shape sizes, outermost first
 * @param required false if it computes nothing under this configuration, so that a checkpoint may
 *     leave it out
 */
public record TensorSpec(String name, int[] shape, boolean required) implements Serializable {
  /** Number of values. */
  public long elements() {
    long elements = 1;
    for (int size : shape) {
      elements *= size;
    }
    return elements;
  }

  /** Number of values as an array length, refused beyond 2^31. */
  public int length() {
    return Math.toIntExact(elements());
  }

  @Override
  public String toString() {
    return name + " " + Arrays.toString(shape);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TensorSpec spec
        && name.equals(spec.name)
        && Arrays.equals(shape, spec.shape)
        && required == spec.required;
  }

  @Override
  public int hashCode() {
    return name.hashCode();
  }
}
