package parrot.model.network;

import java.util.Locale;
import parrot.model.weights.TensorNames;

/** What can be trained or frozen as one. */
public enum Part {
  VISION,
  PROJECTOR,
  EXPERTS,
  /** Token embeddings, decoder layers, last norm and head. */
  DECODER,
  /** LoRA's factors beside layers of the decoder. */
  ADAPTERS;

  /** The part that a published tensor name belongs to. */
  public static Part of(String tensorName) {
    if (tensorName.startsWith("vision_model.")) {
      return VISION;
    }
    if (tensorName.startsWith("model.mm_projector.")) {
      return PROJECTOR;
    }
    if (tensorName.startsWith("model.moe_model.")) {
      return EXPERTS;
    }
    return TensorNames.isAdapter(tensorName) ? ADAPTERS : DECODER;
  }

  /** Name in configuration files, in lower case. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }
}
