package parrot.benchmarks.torch;

import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import parrot.benchmarks.side.Side;
import parrot.benchmarks.side.SideRequest;
import parrot.benchmarks.workload.Fingerprint;
import parrot.model.config.ParrotConfig;
import parrot.model.weights.Weights;

/** The next token of prompts of one length about one image, which is encoded once. */
final class AnsweringSide implements Side {
  private final NoGradGuard guard = new NoGradGuard();
  private final PaddedBatch batch;
  private final TorchParrot network;
  private final Cache cache;

  AnsweringSide(SideRequest request, ParrotConfig config, Weights weights) {
    ScalarType type = TorchSides.storage(request);
    batch = new PaddedBatch(config, request.batch(), type);
    Parameters parameters = new Parameters(config, weights, request.workload().trained(), type);
    network = new TorchParrot(parameters, config, batch.longest, type);
    cache = new Cache(config, batch.samples, batch.longest, type);
  }

  @Override
  public StepOutcome step() {
    try (PointerScope scope = new PointerScope()) {
      cache.clear();
      Tensor hidden = network.decoder().forward(network.embedAboutOneImage(batch), null, cache);
      Tensor logits = network.decoder().logits(hidden.narrow(1, hidden.size(1) - 1, 1));
      Tensor first = logits.narrow(0, 0, 1).to(ScalarType.Float).contiguous();
      float[] values = new float[Math.toIntExact(first.numel())];
      try (FloatPointer data = first.data_ptr_float()) {
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
