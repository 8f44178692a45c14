package parrot.benchmarks.ours;

import java.util.Set;
import parrot.benchmarks.side.Side;
import parrot.benchmarks.side.SideRequest;
import parrot.benchmarks.workload.Decoding;
import parrot.benchmarks.workload.Fingerprint;
import parrot.benchmarks.workload.Workload;
import parrot.model.generate.GeneratedAnswer;
import parrot.model.generate.GenerationEngine;
import parrot.model.generate.GenerationListener;
import parrot.model.generate.GenerationRequest;
import parrot.model.generate.GenerationSettings;
import parrot.model.network.Batch;
import parrot.model.network.ParrotNetwork;

/** The product's generator, timed at its first token and over those after it. */
final class OurGenerating implements Side {
  private final ParrotNetwork network;
  private final GenerationEngine engine;
  private final Batch batch;

  OurGenerating(SideRequest request, ParrotNetwork network) {
    this.network = network;
    this.engine = new GenerationEngine(network);
    this.batch = request.batch();
  }

  @Override
  public StepOutcome step() {
    FirstToken first = new FirstToken();
    engine.submit(
        new GenerationRequest(
            batch.tokenIds(),
            engine.encode(batch.pixels().toArray()),
            GenerationSettings.greedy(1 + Workload.GENERATED, Set.of()),
            first));
    while (engine.step()) {}
    return new StepOutcome(first.outputs, first.decoding.generated(Workload.GENERATED));
  }

  /** The first token's logits, and the time that it was known. */
  private static final class FirstToken implements GenerationListener {
    private final Decoding decoding = new Decoding();
    private double[] outputs;

    @Override
    public boolean chosen(int token, float[] logits) {
      if (outputs == null) {
        outputs = Fingerprint.of(logits);
        decoding.prompted();
      }
      return true;
    }

    @Override
    public void answered(GeneratedAnswer answer) {}

    @Override
    public void failed(RuntimeException reason) {
      throw reason;
    }
  }

  @Override
  public void close() {
    network.close();
  }
}
