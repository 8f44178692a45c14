package parrot.benchmarks.ours;

import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import parrot.benchmarks.side.Side;
import parrot.benchmarks.side.SideRequest;
import parrot.benchmarks.workload.Decoding;
import parrot.benchmarks.workload.Fingerprint;
import parrot.benchmarks.workload.Workload;
import parrot.model.generate.EngineLimits;
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
    this.engine =
        new GenerationEngine(
            network, EngineLimits.of(network.config(), network.factorType()).withExact(false));
    this.batch = request.batch();
  }

  @Override
  public StepOutcome step() {
    Answers answers = new Answers();
    int at = 0;
    for (int sample = 0; sample < batch.samples(); sample++) {
      int end = at + batch.lengths()[sample];
      engine.submit(
          new GenerationRequest(
              Arrays.copyOfRange(batch.tokenIds(), at, end),
              batch.images() == 0 ? null : engine.encode(pixels(sample)),
              GenerationSettings.greedy(1 + Workload.GENERATED, Set.of()),
              answers.listener()));
      at = end;
    }
    while (engine.step()) {}
    return new StepOutcome(answers.outputs, answers.times);
  }

  private float[] pixels(int sample) {
    return batch.pixels().rows(sample, sample + 1).toArray();
  }

  /**
   * The first logits, and the time of what is generated between the moment that all first tokens
   * are known and the first answer's end: all are being answered then.
   */
  private final class Answers {
    private final Decoding decoding = new Decoding();
    private double[] outputs;
    private Map<String, Double> times;
    private int begun;
    private int generated;

    GenerationListener listener() {
      return new GenerationListener() {
        private boolean first = true;

        @Override
        public boolean chosen(int token, float[] logits) {
          hear(first, logits);
          first = false;
          return true;
        }

        @Override
        public void answered(GeneratedAnswer answer) {
          times = times == null ? decoding.generated(generated) : times;
        }

        @Override
        public void failed(RuntimeException reason) {
          throw reason;
        }
      };
    }

    private void hear(boolean first, float[] logits) {
      if (outputs == null) {
        outputs = Fingerprint.of(logits);
      }
      if (first && ++begun == batch.samples()) {
        decoding.prompted();
      } else if (begun == batch.samples()) {
        generated++;
      }
    }
  }

  @Override
  public void close() {
    network.close();
  }
}
