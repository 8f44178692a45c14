package parrot.benchmarks.side;

import java.util.Locale;

/** Who computes. */
public enum Engine {
  OURS("ours"),
  TORCH_AUTOCAST("libtorch bf16 autocast"),
  TORCH_FPMATH("libtorch f32, bf16 products"),
  TORCH_F32("libtorch f32"),
  TORCH_BF16("libtorch bf16 weights"),
  PRODUCTS("oneDNN products alone"),
  BANDWIDTH("memory copy");

  private final String title;

  Engine(String title) {
    this.title = title;
  }

  /** The name in tables. */
  public String title() {
    return title;
  }

  public boolean isTorch() {
    return name().startsWith("TORCH");
  }

  /** Whether it measures a limit rather than the workload. */
  public boolean isLimit() {
    return this == PRODUCTS || this == BANDWIDTH;
  }

  /** The name in file names. */
  public String key() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
