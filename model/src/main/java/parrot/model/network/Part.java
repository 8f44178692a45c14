package parrot.model.network;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import parrot.model.config.ParrotConfig;
import parrot.model.weights.TensorNames;

/** What can be trained or frozen as one. */
public enum Part {
  VISION,
  PROJECTOR,
  EXPERTS,
  /** Token embeddings, decoder layers, last norm and head. */
  DECODER,
  /** LoRA's factors beside layers of any part. */
  ADAPTERS;

  /** The part that a published tensor name belongs to. */
  public static Part of(String tensorName) {
    return TensorNames.isAdapter(tensorName) ? ADAPTERS : holding(tensorName);
  }

  /** As above, but of an adapter's factor the part that its layer belongs to. */
  static Part holding(String tensorName) {
    if (tensorName.startsWith("vision_model.")) {
      return VISION;
    }
    if (tensorName.startsWith("model.mm_projector.")) {
      return PROJECTOR;
    }
    if (tensorName.startsWith("model.moe_model.")) {
      return EXPERTS;
    }
    return DECODER;
  }

  /** Parts in which something learns: all of it, or adapters beside its layers. */
  static Set<Part> learning(Set<Part> trained, ParrotConfig config) {
    Set<Part> parts = EnumSet.noneOf(Part.class);
    parts.addAll(trained);
    if (parts.remove(ADAPTERS)) {
      TensorNames.adapters(config).forEach(factor -> parts.add(holding(factor.name())));
    }
    return parts;
  }

  /** Name in configuration files, in lower case. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }
}
