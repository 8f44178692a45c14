package parrot.jobs.train;

import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import parrot.model.dl4j.FlatVectors;
import parrot.model.dl4j.ParrotGraph;
import parrot.model.weights.FloatSink;
import parrot.model.weights.ModelFolder;
import parrot.model.weights.Safetensors;
import parrot.model.weights.Weights;

/** Moves values between DL4J's vectors and safetensors files, piece by piece. */
final class TrainedValues {
  private TrainedValues() {}

  /** Passes all values of a dense vector on, in order. */
  static void write(INDArray values, FloatSink sink) {
    FlatVectors.read(values, sink);
  }

  /** Fills parameters and updater state of a graph from a checkpoint. */
  static void read(Path checkpoint, Configuration hadoop, ComputationGraph graph) {
    try (ModelFolder model = ModelFolder.open(checkpoint, hadoop)) {
      Weights weights = model.weights();
      for (Map.Entry<String, INDArray> entry :
          ParrotGraph.vertex(graph).paramTable(true).entrySet()) {
        weights.read(entry.getKey(), FlatVectors.into(entry.getValue()));
      }
    }
    Path file = new Path(checkpoint, Checkpoints.UPDATER_FILE);
    try (Safetensors updater = Safetensors.open(file, hadoop)) {
      updater.read(Checkpoints.UPDATER_TENSOR, FlatVectors.into(ParrotGraph.updaterState(graph)));
    }
  }
}
