package parrot.benchmarks.measure;

import java.util.Arrays;
import parrot.benchmarks.side.SideRequest;
import parrot.benchmarks.workload.Batches;
import parrot.benchmarks.workload.Workload;
import parrot.model.config.ParrotConfig;
import parrot.model.network.Batch;
import parrot.model.network.Part;
import parrot.model.weights.TensorNames;
import parrot.model.weights.TensorSpec;

/** About how much memory a side takes, to decide which sides may run beside each other. */
final class SideMemory {
  private static final long PROGRAM = 1L << 30;
  private static final long LIMIT = 2L << 30;

  // Bytes of a parameter: weight, gradient, two moments, a rounded copy.
  private static final long TRAINED = 18;
  // Weight, a rounded copy.
  private static final long FROZEN = 6;

  // Bytes of activations by token, layer and width, as measured.
  private static final long OUR_ACTIVATIONS = 96;
  private static final long TORCH_ACTIVATIONS = 216;
  // Bytes of a logit: itself, a float32 copy, a gradient.
  private static final long LOGIT = 12;

  private SideMemory() {}

  /** In bytes. */
  static long of(SideRequest request) {
    if (request.engine().isLimit()) {
      return LIMIT;
    }
    boolean trains = request.workload().kind() == Workload.Kind.TRAIN;
    return PROGRAM + parameters(request) + (trains ? activations(request) : 0);
  }

  private static long parameters(SideRequest request) {
    boolean encodes = request.workload().kind() == Workload.Kind.ENCODE;
    boolean visionAlone = encodes && request.engine().isTorch();
    long bytes = 0;
    for (TensorSpec spec : TensorNames.of(request.workload().config())) {
      Part part = Part.of(spec.name());
      if (spec.required() && (part == Part.VISION || !visionAlone)) {
        bytes += spec.elements() * (request.workload().trained().contains(part) ? TRAINED : FROZEN);
      }
    }
    return bytes;
  }

  private static long activations(SideRequest request) {
    ParrotConfig config = request.workload().config();
    Batch batch = request.batch();
    long layers = (long) config.decoder().numHiddenLayers() * config.decoder().hiddenSize();
    if (!request.engine().isTorch()) {
      return Batches.rows(config, batch) * layers * OUR_ACTIVATIONS;
    }
    int visual = batch.images() > 0 ? config.visualTokens() - 1 : 0;
    int longest = Arrays.stream(batch.lengths()).max().orElse(0) + visual;
    long padded = (long) batch.samples() * longest;
    return padded * (layers * TORCH_ACTIVATIONS + config.decoder().vocabSize() * LOGIT);
  }
}
