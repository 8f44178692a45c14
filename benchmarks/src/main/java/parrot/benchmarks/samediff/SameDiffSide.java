package parrot.benchmarks.samediff;

import java.util.Arrays;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.nd4j.autodiff.listeners.records.History;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.TrainingConfig;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import parrot.benchmarks.process.Side;
import parrot.benchmarks.process.SideRequest;
import parrot.benchmarks.workload.Workload;
import parrot.model.network.Batch;
import parrot.model.weights.ModelFolder;

/** The decoder's training step with DL4J's own means, in float32. */
public final class SameDiffSide implements Side {
  private final SameDiff graph;
  private final MultiDataSet data;

  private SameDiffSide(SameDiff graph, int[] ids) {
    this.graph = graph;
    graph.setTrainingConfig(
        new TrainingConfig.Builder()
            .updater(new Adam(Workload.LEARNING_RATE))
            .weightDecay(Workload.WEIGHT_DECAY, true)
            .dataSetFeatureMapping(SameDiffDecoder.TOKENS)
            .dataSetLabelMapping(SameDiffDecoder.TARGETS)
            .build());
    INDArray tokens = Nd4j.createFromArray(ids);
    INDArray targets = Nd4j.createFromArray(Arrays.copyOfRange(ids, 1, ids.length));
    data = new MultiDataSet(tokens, targets);
  }

  /** Builds the decoder of a request's workload, which has one sample of text. */
  public static SameDiffSide open(SideRequest request) {
    Batch batch = request.workload().batch(request);
    if (batch.samples() != 1 || batch.images() > 0) {
      throw new IllegalArgumentException(
          "Cannot build SameDiff's decoder: it takes one sample of text (got "
              + batch.samples()
              + " samples, "
              + batch.images()
              + " images)");
    }
    try (ModelFolder folder = ModelFolder.open(new Path(request.folder()), new Configuration())) {
      int[] ids = batch.tokenIds();
      return new SameDiffSide(
          new SameDiffDecoder(folder.config(), folder.weights(), ids.length).graph(), ids);
    }
  }

  @Override
  public Outcome step() {
    History history = graph.fit(data);
    return Outcome.of(history.lossCurve().meanLoss(0).getLosses()[0]);
  }

  @Override
  public void close() {}
}
