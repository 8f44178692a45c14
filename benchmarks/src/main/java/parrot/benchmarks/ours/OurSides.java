package parrot.benchmarks.ours;

import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import parrot.benchmarks.side.Side;
import parrot.benchmarks.side.SideRequest;
import parrot.model.kernel.Kernels;
import parrot.model.kernel.Precision;
import parrot.model.network.FrozenWeights;
import parrot.model.network.ParrotNetwork;
import parrot.model.weights.ModelFolder;

/** The sides that this project computes. */
public final class OurSides {
  private OurSides() {}

  /** Builds the side that a request asks for. */
  public static Side open(SideRequest request) {
    return switch (request.workload().kind()) {
      case TRAIN -> new OurTraining(request);
      case GENERATE -> new OurGenerating(request, network(request));
      case ANSWER -> new OurAnswering(request, network(request));
      case ENCODE -> new OurEncoding(request, network(request));
    };
  }

  private static ParrotNetwork network(SideRequest request) {
    Kernels kernels =
        Kernels.create(Kernels.defaultName(), Precision.of(request.precision()), request.threads());
    try (ModelFolder folder = ModelFolder.open(new Path(request.folder()), new Configuration())) {
      return ParrotNetwork.frozen(folder.config(), new FrozenWeights(folder.weights()), kernels);
    }
  }
}
