package parrot.model.kernel;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * What matrix products multiply in. Parameters, their gradients, sums, norms, softmax and losses
 * are float32 always.
 */
public enum Precision {
  /** Float32 throughout. */
  F32,
  /** Bfloat16 activations and copies of weights, on processors that gain from it. */
  BF16;

  /**
   * Reads a configured value.
   *
   * @throws IllegalArgumentException if it is not one of {@link #names}
   */
  public static Precision of(String name) {
    return Arrays.stream(values())
        .filter(value -> value.toString().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "Invalid precision: %s (must be %s)"
                        .formatted(name, String.join(" or ", names()))));
  }

  /** The values as configurations write them, the default one first. */
  public static List<String> names() {
    return Arrays.stream(values()).map(Precision::toString).toList();
  }

  /** The name as written in configurations: {@code f32}, {@code bf16}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
