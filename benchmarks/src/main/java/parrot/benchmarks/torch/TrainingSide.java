package parrot.benchmarks.torch;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AdamW;
import org.bytedeco.pytorch.AdamWOptions;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import parrot.benchmarks.side.Engine;
import parrot.benchmarks.side.Side;
import parrot.benchmarks.side.SideRequest;
import parrot.benchmarks.workload.Workload;
import parrot.model.config.ParrotConfig;
import parrot.model.weights.Weights;

/** A training step: forward, loss, backward, AdamW. */
final class TrainingSide implements Side {
  private final boolean autocast;
  private final PaddedBatch batch;
  private final TorchParrot network;
  private final AdamW optimizer;

  TrainingSide(SideRequest request, ParrotConfig config, Weights weights) {
    autocast = request.engine() == Engine.TORCH_AUTOCAST;
    batch = new PaddedBatch(config, request.batch());
    Parameters parameters =
        new Parameters(config, weights, request.workload().trained(), ScalarType.Float);
    ScalarType type = autocast ? ScalarType.BFloat16 : ScalarType.Float;
    network = new TorchParrot(parameters, config, batch.longest, type);
    AdamWOptions options = new AdamWOptions(Workload.LEARNING_RATE);
    options.weight_decay().put(Workload.WEIGHT_DECAY);
    optimizer = new AdamW(parameters.trained(), options);
  }

  @Override
  public StepOutcome step() {
    try (PointerScope scope = new PointerScope()) {
      Tensor logits;
      try (Autocast ignored = new Autocast(autocast)) {
        logits = network.logits(batch);
      }
      long vocabulary = logits.size(2);
      Tensor rows = logits.view(-1, vocabulary).to(ScalarType.Float);
      Tensor loss = torch.cross_entropy(rows, batch.targets);
      loss.backward();
      double value = loss.item_float();
      optimizer.step();
      optimizer.zero_grad(true);
      return StepOutcome.of(value);
    }
  }

  @Override
  public void close() {
    optimizer.close();
  }
}
