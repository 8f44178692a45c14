package parrot.benchmarks.torch;

import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import parrot.benchmarks.side.Engine;
import parrot.benchmarks.side.Side;
import parrot.benchmarks.side.SideRequest;
import parrot.benchmarks.workload.Fingerprint;
import parrot.model.config.ParrotConfig;
import parrot.model.weights.Weights;

/** The vision tower alone, without gradients. */
final class EncodingSide implements Side {
  private final boolean autocast;
  private final NoGradGuard guard = new NoGradGuard();
  private final Tensor pixels; // (I, 3, size, size)
  private final VisionTower vision;

  EncodingSide(SideRequest request, ParrotConfig config, Weights weights) {
    autocast = request.engine() == Engine.TORCH_AUTOCAST;
    ScalarType type = TorchSides.storage(request);
    pixels = new PaddedBatch(config, request.batch(), type).pixels;
    vision = new VisionTower(Parameters.vision(config, weights, type), config);
  }

  @Override
  public StepOutcome step() {
    try (PointerScope scope = new PointerScope();
        Autocast ignored = new Autocast(autocast)) {
      Tensor features = vision.forward(pixels).to(ScalarType.Float).contiguous();
      float[] values = new float[Math.toIntExact(features.numel())];
      try (FloatPointer data = features.data_ptr_float()) {
        data.get(values);
      }
      return StepOutcome.of(Fingerprint.of(values));
    }
  }

  @Override
  public void close() {
    guard.close();
  }
}
