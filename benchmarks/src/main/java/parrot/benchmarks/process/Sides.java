package parrot.benchmarks.process;

import parrot.benchmarks.limit.Bandwidth;
import parrot.benchmarks.limit.ProductsSide;
import parrot.benchmarks.ours.OurSides;
import parrot.benchmarks.torch.TorchSides;

/** Builds the side that a request asks for. */
final class Sides {
  private Sides() {}

  static Side open(SideRequest request) {
    return switch (request.engine()) {
      case OURS -> OurSides.open(request);
      case TORCH_AUTOCAST, TORCH_FPMATH, TORCH_F32, TORCH_BF16 -> TorchSides.open(request);
      case PRODUCTS -> ProductsSide.open(request);
      case BANDWIDTH -> new Bandwidth(request.threads());
    };
  }
}
