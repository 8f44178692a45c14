package parrot.benchmarks.ours;

import parrot.benchmarks.side.Side;
import parrot.benchmarks.side.SideRequest;
import parrot.benchmarks.workload.Decoding;
import parrot.benchmarks.workload.Fingerprint;
import parrot.benchmarks.workload.Workload;
import parrot.model.layer.KeyValueCache;
import parrot.model.network.Batch;
import parrot.model.network.ParrotNetwork;

/** Greedy decoding as the generator does it, timed token by token. */
final class OurGenerating implements Side {
  private final ParrotNetwork network;
  private final Batch batch;
  private final int capacity;

  OurGenerating(SideRequest request, ParrotNetwork network) {
    this.network = network;
    this.batch = request.batch();
    int visual = network.config().visualTokens();
    capacity = batch.tokenIds().length + batch.images() * (visual - 1) + Workload.GENERATED;
  }

  @Override
  public Outcome step() {
    Decoding decoding = new Decoding();
    KeyValueCache cache = network.newCache(capacity);
    float[] logits = network.decode(batch.tokenIds(), batch.pixels().toArray(), cache);
    double[] outputs = Fingerprint.of(logits);
    int next = likeliest(logits);
    decoding.prompted();
    for (int i = 1; i <= Workload.GENERATED; i++) {
      next = likeliest(network.decode(new int[] {next}, null, cache));
    }
    return new Outcome(outputs, decoding.generated(Workload.GENERATED));
  }

  private static int likeliest(float[] logits) {
    int best = 0;
    for (int id = 1; id < logits.length; id++) {
      if (logits[id] > logits[best]) {
        best = id;
      }
    }
    return best;
  }

  @Override
  public void close() {
    network.close();
  }
}
