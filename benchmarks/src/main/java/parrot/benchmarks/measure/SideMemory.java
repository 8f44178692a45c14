package parrot.benchmarks.measure;

import parrot.benchmarks.side.SideRequest;
import parrot.benchmarks.workload.Batches;
import parrot.benchmarks.workload.Workload;
import parrot.model.config.ParrotConfig;
import parrot.model.network.Part;
import parrot.model.weights.TensorNames;
import parrot.model.weights.TensorSpec;

/** About how much memory a side takes; for deciding what may run beside what. */
final class SideMemory {
  private static final long PROGRAM = 1L << 30;
  private static final long TRAINED = 18; // weight, gradient, two moments, a rounded copy
  private static final long FROZEN = 6; // weight, a rounded copy
  private static final long ACTIVATIONS = 96; // of a token, by layer and width

  private SideMemory() {}

  /** In bytes. */
  static long of(SideRequest request) {
    ParrotConfig config = request.workload().config();
    boolean encodes = request.workload().kind() == Workload.Kind.ENCODE;
    long bytes = PROGRAM;
    if (request.engine().isLimit()) {
      return 2 * bytes;
    }
    for (TensorSpec spec : TensorNames.of(config)) {
      if (encodes && Part.of(spec.name()) != Part.VISION && request.engine().isTorch()) {
        continue;
      }
      boolean trained = request.workload().trained().contains(Part.of(spec.name()));
      bytes += spec.required() ? spec.elements() * (trained ? TRAINED : FROZEN) : 0;
    }
    if (request.workload().kind() != Workload.Kind.TRAIN) {
      return bytes;
    }
    long rows = Batches.rows(config, request.batch());
    bytes += rows * config.numHiddenLayers() * config.hiddenSize() * ACTIVATIONS;
    if (request.engine().isTorch()) {
      // Logits at every position, their float32 copy and their gradients.
      bytes += rows * config.vocabSize() * 12;
    }
    return bytes;
  }
}
