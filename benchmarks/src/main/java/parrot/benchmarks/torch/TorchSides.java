package parrot.benchmarks.torch;

import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.bytedeco.pytorch.Context;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.Float32Backend;
import org.bytedeco.pytorch.global.torch.Float32Op;
import org.bytedeco.pytorch.global.torch.Float32Precision;
import org.bytedeco.pytorch.global.torch.ScalarType;
import parrot.benchmarks.side.Engine;
import parrot.benchmarks.side.Side;
import parrot.benchmarks.side.SideRequest;
import parrot.model.weights.ModelFolder;

/** The sides that libtorch computes. */
public final class TorchSides {
  private TorchSides() {}

  /** Builds the side that a request asks for. */
  public static Side open(SideRequest request) {
    if (!Context.hasMKLDNN()) {
      throw new IllegalStateException(
          "Cannot measure libtorch: this build has no oneDNN, it would be no fair peer");
    }
    torch.set_num_threads(request.threads());
    if (request.engine() == Engine.TORCH_FPMATH) {
      torch
          .globalContext()
          .setFloat32Precision(Float32Backend.MKLDNN, Float32Op.MATMUL, Float32Precision.BF16);
    }
    try (ModelFolder folder = ModelFolder.open(new Path(request.folder()), new Configuration())) {
      return switch (request.workload().kind()) {
        case TRAIN -> new TrainingSide(request, folder.config(), folder.weights());
        case GENERATE -> new GeneratingSide(request, folder.config(), folder.weights());
        case ANSWER -> new AnsweringSide(request, folder.config(), folder.weights());
        case ENCODE -> new EncodingSide(request, folder.config(), folder.weights());
      };
    }
  }

  /** How weights are stored. */
  static ScalarType storage(SideRequest request) {
    return request.engine() == Engine.TORCH_BF16 ? ScalarType.BFloat16 : ScalarType.Float;
  }
}
