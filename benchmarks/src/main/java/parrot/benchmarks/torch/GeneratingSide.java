package parrot.benchmarks.torch;

import java.util.Map;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import parrot.benchmarks.side.Side;
import parrot.benchmarks.side.SideRequest;
import parrot.benchmarks.workload.Decoding;
import parrot.benchmarks.workload.Fingerprint;
import parrot.benchmarks.workload.Workload;
import parrot.model.config.ParrotConfig;
import parrot.model.weights.Weights;

/** Greedy decoding of prompts of one length with a key/value cache. */
final class GeneratingSide implements Side {
  private final NoGradGuard guard = new NoGradGuard();
  private final PaddedBatch batch;
  private final TorchParrot network;
  private final Cache cache;

  GeneratingSide(SideRequest request, ParrotConfig config, Weights weights) {
    ScalarType type = TorchSides.storage(request);
    batch = new PaddedBatch(config, request.batch(), type);
    int capacity = batch.longest + Workload.GENERATED;
    Parameters parameters = new Parameters(config, weights, request.workload().trained(), type);
    network = new TorchParrot(parameters, config, capacity, type);
    cache = new Cache(config, batch.samples, capacity, type);
  }

  @Override
  public StepOutcome step() {
    try (PointerScope scope = new PointerScope()) {
      cache.clear();
      Decoding decoding = new Decoding();
      Tensor logits = last(network.embed(batch));
      double[] outputs = Fingerprint.of(values(logits.narrow(0, 0, 1)));
      Tensor ids = likeliest(logits);
      decoding.prompted();
      for (int i = 1; i <= Workload.GENERATED; i++) {
        try (PointerScope inner = new PointerScope()) {
          ids.copy_(likeliest(last(network.decoder().embed(ids))));
        }
      }
      Map<String, Double> extras = decoding.generated(batch.samples * Workload.GENERATED);
      return new StepOutcome(outputs, extras);
    }
  }

  /** Ids (B, 1). */
  private static Tensor likeliest(Tensor logits) {
    return torch.argmax(logits, new LongOptional(-1), false);
  }

  /** Logits of the last rows (B, 1, V). */
  private Tensor last(Tensor embedded) {
    Tensor hidden = network.decoder().forward(embedded, null, cache);
    return network.decoder().logits(hidden.narrow(1, hidden.size(1) - 1, 1));
  }

  private static float[] values(Tensor logits) {
    Tensor wide = logits.to(ScalarType.Float).contiguous();
    float[] values = new float[Math.toIntExact(wide.numel())];
    try (FloatPointer data = wide.data_ptr_float()) {
      data.get(values);
    }
    return values;
  }

  @Override
  public void close() {
    guard.close();
  }
}
