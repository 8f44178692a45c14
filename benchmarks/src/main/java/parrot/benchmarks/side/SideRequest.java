package parrot.benchmarks.side;

import parrot.benchmarks.workload.Workload;
import parrot.model.network.Batch;

/**
 * Which side to build.
 *
 * @param engine who computes
 * @param workload what is computed
 * @param folder of the model
 * @param precision of our products, {@code f32} or {@code bf16}; a peer's follows from its engine
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

  /** The batch of every step. */
  public Batch batch() {
    return workload.batch(samples, tokens);
  }

  /** Whether the side multiplies in float32. */
  public boolean exact() {
    return switch (engine) {
      case OURS -> precision.equals("f32");
      case TORCH_F32 -> true;
      default -> false;
    };
  }
}
