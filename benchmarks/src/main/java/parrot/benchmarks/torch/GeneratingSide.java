package parrot.benchmarks.torch;

import java.util.Map;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.PointerScope;
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

/** Greedy decoding with a key/value cache. */
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
    cache = new Cache(config, capacity, type);
  }

  @Override
  public StepOutcome step() {
    try (PointerScope scope = new PointerScope()) {
      cache.clear();
      Decoding decoding = new Decoding();
      Tensor logits = last(network.embed(batch));
      double[] outputs = Fingerprint.of(values(logits));
      long next = torch.argmax(logits).item_long();
      decoding.prompted();
      Tensor id = torch.empty(1, 1).to(ScalarType.Long);
      for (int i = 1; i <= Workload.GENERATED; i++) {
        try (PointerScope inner = new PointerScope();
            LongPointer data = id.data_ptr_long()) {
          data.put(next);
          next = torch.argmax(last(network.decoder().embed(id))).item_long();
        }
      }
      Map<String, Double> extras = decoding.generated(Workload.GENERATED);
      return new StepOutcome(outputs, extras);
    }
  }

  /** Logits of the last row (1, 1, V). */
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
