package parrot.benchmarks.ours;

import java.util.Map;
import org.apache.hadoop.fs.Path;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.dataset.MultiDataSet;
import parrot.benchmarks.side.Side;
import parrot.benchmarks.side.SideRequest;
import parrot.benchmarks.workload.Workload;
import parrot.model.dl4j.BatchBridge;
import parrot.model.dl4j.NetworkSpec;
import parrot.model.dl4j.OptimizerSpec;
import parrot.model.dl4j.ParrotGraph;
import parrot.model.dl4j.updater.RateSchedule;
import parrot.model.kernel.Kernels;
import parrot.model.kernel.Precision;
import parrot.model.network.Batch;

/** A training step as the jobs do it: through DL4J's graph and updater. */
final class OurTraining implements Side {
  private final ComputationGraph graph;
  private final MultiDataSet data;

  OurTraining(SideRequest request) {
    Workload workload = request.workload();
    NetworkSpec network =
        new NetworkSpec(
            new Path(request.folder()).toString(),
            workload.trained(),
            Kernels.defaultName(),
            Precision.of(request.precision()),
            request.threads());
    OptimizerSpec optimizer =
        new OptimizerSpec(
            RateSchedule.constant(Workload.LEARNING_RATE),
            Map.of(),
            Workload.WEIGHT_DECAY,
            Map.of(),
            0.9,
            0.999,
            1e-8,
            0);
    graph = ParrotGraph.create(network, optimizer);
    Batch batch = request.batch();
    data = BatchBridge.dataSet(batch, new int[batch.samples()]);
  }

  @Override
  public StepOutcome step() {
    graph.fit(data);
    return StepOutcome.of(graph.score());
  }

  @Override
  public void close() {
    ParrotGraph.releaseNetworks();
  }
}
