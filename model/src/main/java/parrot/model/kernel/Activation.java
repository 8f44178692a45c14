package parrot.model.kernel;

/** Elementwise non-linearities of the published networks. */
public enum Activation {
  /** {@code x * Phi(x)} with the exact error function. */
  GELU,
  /** {@code x * sigmoid(1.702 x)}, as CLIP uses. */
  QUICK_GELU
}
