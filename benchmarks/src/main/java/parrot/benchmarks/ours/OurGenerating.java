package parrot.benchmarks.ours;

import parrot.benchmarks.side.Side;
import parrot.benchmarks.side.SideRequest;
import parrot.benchmarks.workload.Decoding;
import parrot.benchmarks.workload.Fingerprint;
import parrot.benchmarks.workload.Workload;
import parrot.model.generate.Generator;
import parrot.model.network.Batch;
import parrot.model.network.ParrotNetwork;

/** The product's generator, timed at its first token and over those after it. */
final class OurGenerating implements Side {
  private final ParrotNetwork network;
  private final Generator generator;
  private final Batch batch;

  OurGenerating(SideRequest request, ParrotNetwork network) {
    this.network = network;
    this.generator = new Generator(network);
    this.batch = request.batch();
  }

  @Override
  public StepOutcome step() {
    FirstToken first = new FirstToken();
    generator.generate(
        batch.tokenIds(), batch.pixels().toArray(), 1 + Workload.GENERATED, first::listen);
    return new StepOutcome(first.outputs, first.decoding.generated(Workload.GENERATED));
  }

  /** The first token's logits, and the time that it was known. */
  private static final class FirstToken {
    private final Decoding decoding = new Decoding();
    private double[] outputs;

    void listen(int token, float[] logits) {
      if (outputs == null) {
        outputs = Fingerprint.of(logits);
        decoding.prompted();
      }
    }
  }

  @Override
  public void close() {
    network.close();
  }
}
