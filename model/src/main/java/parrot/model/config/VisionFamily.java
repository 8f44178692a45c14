package parrot.model.config;

import java.util.Arrays;
import java.util.List;
import parrot.model.kernel.Activation;

/** Which vision encoder a model has, and how it differs from the others. */
public enum VisionFamily {
  /** A class token before the patches, and a norm before the first layer (arXiv 2103.00020). */
  CLIP("clip", 32, 1e-5, Activation.QUICK_GELU),
  /** Patches alone; the convolution that cuts them has a bias (arXiv 2303.15343). */
  SIGLIP("siglip", 16, 1e-6, Activation.TANH_GELU);

  private final String whole;
  private final int patchSize;
  private final double layerNormEps;
  private final Activation hiddenAct;

  VisionFamily(String whole, int patchSize, double layerNormEps, Activation hiddenAct) {
    this.whole = whole;
    this.patchSize = patchSize;
    this.layerNormEps = layerNormEps;
    this.hiddenAct = hiddenAct;
  }

  /** The {@code model_type} of the vision side alone. */
  public String published() {
    return whole + "_vision_model";
  }

  /** Whether a token of its own stands before the patches. */
  public boolean classToken() {
    return this == CLIP;
  }

  /** Whether tokens are normed before the first layer. */
  public boolean normsFirst() {
    return this == CLIP;
  }

  /** Whether patches get a bias. */
  public boolean patchBias() {
    return this == SIGLIP;
  }

  /** Whether an image may have rows and columns that do not fill a patch; they are not seen. */
  public boolean leavesPixels() {
    return this == SIGLIP;
  }

  /** If {@code patch_size} is absent. */
  int patchSize() {
    return patchSize;
  }

  /** If {@code layer_norm_eps} is absent. */
  double layerNormEps() {
    return layerNormEps;
  }

  /** If {@code hidden_act} is absent. */
  Activation hiddenAct() {
    return hiddenAct;
  }

  /** Each {@code model_type} of a model with a text side. */
  static List<String> wholes() {
    return Arrays.stream(values()).map(family -> family.whole).toList();
  }

  /** Each {@code model_type} of a vision side. */
  static List<String> all() {
    return Arrays.stream(values()).map(VisionFamily::published).toList();
  }

  /** Of a {@code model_type}; CLIP if it is none of {@link #wholes} and {@link #all}. */
  static VisionFamily of(String type) {
    return Arrays.stream(values())
        .filter(family -> type.equals(family.whole) || type.equals(family.published()))
        .findFirst()
        .orElse(CLIP);
  }

  @Override
  public String toString() {
    return this == CLIP ? "CLIP" : "SigLIP";
  }
}
