package parrot.model.kernel;

/** Elementwise non-linearities of the published networks. */
public enum Activation {
  /** {@code x * Phi(x)} with the exact error function. */
  GELU("gelu"),
  /** {@code x * sigmoid(1.702 x)}, as CLIP uses. */
  QUICK_GELU("quick_gelu"),
  /** {@code x * sigmoid(2 sqrt(2 / pi) (x + 0.044715 x^3))}, as SigLIP uses. */
  TANH_GELU("gelu_pytorch_tanh");

  private final String published;

  Activation(String published) {
    this.published = published;
  }

  /** As {@code hidden_act} names it. */
  public String published() {
    return published;
  }
}
