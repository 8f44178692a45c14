package parrot.benchmarks.ours;

import parrot.benchmarks.side.Side;
import parrot.benchmarks.side.SideRequest;
import parrot.benchmarks.workload.Fingerprint;
import parrot.model.network.Batch;
import parrot.model.network.ParrotNetwork;

/** The vision tower alone. */
final class OurEncoding implements Side {
  private final ParrotNetwork network;
  private final Batch batch;

  OurEncoding(SideRequest request, ParrotNetwork network) {
    this.network = network;
    this.batch = request.batch();
  }

  @Override
  public StepOutcome step() {
    return StepOutcome.of(Fingerprint.of(network.features(batch)));
  }

  @Override
  public void close() {
    network.close();
  }
}
