package parrot.datasets.shapes;

import java.util.Locale;
import parrot.datasets.SplitMix;

/** Which examples are trained on; a scene's signature decides, so the splits share no scene. */
public enum Split {
  TRAIN,
  HELDOUT,
  BENCHMARK;

  /** The name in paths and ids. */
  public String tag() {
    return name().toLowerCase(Locale.ROOT);
  }

  static Split ofSignature(long signature) {
    return switch ((int) Long.remainderUnsigned(SplitMix.mix(signature), 10)) {
      case 0 -> BENCHMARK;
      case 1 -> HELDOUT;
      default -> TRAIN;
    };
  }
}
