package parrot.benchmarks.ours;

import java.util.Arrays;
import java.util.Set;
import parrot.benchmarks.side.Side;
import parrot.benchmarks.side.SideRequest;
import parrot.benchmarks.workload.Fingerprint;
import parrot.model.generate.GeneratedAnswer;
import parrot.model.generate.GenerationEngine;
import parrot.model.generate.GenerationListener;
import parrot.model.generate.GenerationRequest;
import parrot.model.generate.GenerationSettings;
import parrot.model.network.Batch;
import parrot.model.network.ParrotNetwork;
import parrot.model.tensor.Tensor;

/** The product's engine on prompts about one image, a token each. */
final class OurAnswering implements Side {
  private final ParrotNetwork network;
  private final GenerationEngine engine;
  private final Batch batch;
  private double[] first;

  OurAnswering(SideRequest request, ParrotNetwork network) {
    this.network = network;
    this.engine = new GenerationEngine(network);
    this.batch = request.batch();
  }

  @Override
  public StepOutcome step() {
    first = null;
    Tensor image = engine.encode(batch.pixels().rows(0, 1).toArray());
    int at = 0;
    for (int length : batch.lengths()) {
      engine.submit(
          new GenerationRequest(
              Arrays.copyOfRange(batch.tokenIds(), at, at + length),
              image,
              GenerationSettings.greedy(1, Set.of()),
              new Listener()));
      at += length;
    }
    while (engine.step()) {}
    return StepOutcome.of(first);
  }

  /** Keeps the logits of the first answer. */
  private final class Listener implements GenerationListener {
    @Override
    public boolean chosen(int token, float[] logits) {
      first = first == null ? Fingerprint.of(logits) : first;
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
