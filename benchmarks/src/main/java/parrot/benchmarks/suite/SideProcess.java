package parrot.benchmarks.suite;

import java.io.IOException;
import parrot.benchmarks.limit.Bandwidth;
import parrot.benchmarks.limit.ProductsSide;
import parrot.benchmarks.ours.OurSides;
import parrot.benchmarks.process.SideServer;
import parrot.benchmarks.side.Side;
import parrot.benchmarks.side.SideRequest;
import parrot.benchmarks.torch.TorchSides;
import parrot.model.kernel.VectorApi;

/** The program of a child process: builds the side that it is asked for, and serves it. */
public final class SideProcess {
  private SideProcess() {}

  /**
   * @param args a {@link SideRequest} in JSON
   */
  public static void main(String[] args) throws IOException {
    VectorApi.load();
    SideServer.serve(args[0], SideProcess::open);
  }

  private static Side open(SideRequest request) {
    return switch (request.engine()) {
      case OURS -> OurSides.open(request);
      case TORCH_AUTOCAST, TORCH_FPMATH, TORCH_F32, TORCH_BF16 -> TorchSides.open(request);
      case PRODUCTS -> ProductsSide.open(request);
      case BANDWIDTH -> new Bandwidth(request.threads());
    };
  }
}
