package parrot.benchmarks.ours;

import java.util.Arrays;
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

/**
 * The product's engine, timed when the first token of every answer is known, and over those after.
 */
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
    FirstTokens first = new FirstTokens();
    int at = 0;
    for (int sample = 0; sample < batch.samples(); sample++) {
      int end = at + batch.lengths()[sample];
      engine.submit(
          new GenerationRequest(
              Arrays.copyOfRange(batch.tokenIds(), at, end),
              batch.images() == 0 ? null : engine.encode(pixels(sample)),
              GenerationSettings.greedy(1 + Workload.GENERATED, Set.of()),
              first));
      at = end;
    }
    while (engine.step()) {}
    int generated = batch.samples() * Workload.GENERATED;
    return new StepOutcome(first.outputs, first.decoding.generated(generated));
  }

  private float[] pixels(int sample) {
    return batch.pixels().rows(sample, sample + 1).toArray();
  }

  /** The logits of the first one, and the time that all were known. */
  private final class FirstTokens implements GenerationListener {
    private final Decoding decoding = new Decoding();
    private double[] outputs;
    private int known;

    @Override
    public boolean chosen(int token, float[] logits) {
      if (outputs == null) {
        outputs = Fingerprint.of(logits);
      }
      if (++known == batch.samples()) {
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
