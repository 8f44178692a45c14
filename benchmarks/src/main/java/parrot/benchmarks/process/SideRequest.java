package parrot.benchmarks.process;

import java.util.Locale;
import parrot.benchmarks.workload.Workload;

/**
 * What a child is to be.
 *
 * @param engine who computes
 * @param workload what is computed
 * @param folder of the model
 * @param precision {@code f32} or {@code bf16}; of ours, a peer's follows from its engine
 * @param threads of the side
 * @param samples of a batch of text alone; unused otherwise
 * @param tokens of each of these samples
 */
public record SideRequest(
    Engine engine,
    Workload workload,
    String folder,
    String precision,
    int threads,
    int samples,
    int tokens) {

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

    /** As it stands in tables. */
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

    /** For file names. */
    public String key() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /** Whether the side's products are in float32, as they are stored. */
  public boolean exact() {
    return switch (engine) {
      case OURS -> precision.equals("f32");
      case TORCH_F32 -> true;
      default -> false;
    };
  }
}
