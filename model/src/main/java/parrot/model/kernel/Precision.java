package parrot.model.kernel;

import java.util.Arrays;
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
   * @throws IllegalArgumentException if it is neither {@code f32} nor {@code bf16}
   */
  public static Precision of(String name) {
    return Arrays.stream(values())
        .filter(value -> value.toString().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "Invalid precision: " + name + " (must be f32 or bf16)"));
  }

  /** The name as written in configurations: {@code f32}, {@code bf16}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
