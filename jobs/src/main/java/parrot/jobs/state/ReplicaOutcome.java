package parrot.jobs.state;

import java.io.Serializable;
import java.util.Optional;
import parrot.jobs.spark.ProcessMemory;
import parrot.model.network.Tally;

/**
 * How a replica fared in a round.
 *
 * @param tally losses, tokens, routing
 * @param router how its router fared
 * @param divergence the first non-finite value and its step, or null
 * @param executor that it ran on
 * @param host of that executor
 * @param began its first step, milliseconds since 1970 by that host's clock
 * @param restoreSeconds until its graph held the state
 * @param trainSeconds from the first step to the last
 * @param encodeSeconds until its values were encoded
 * @param bytesOut encoded
 * @param memory of its process after its steps, or null if unknown
 */
public record ReplicaOutcome(
    int replica,
    Tally tally,
    RouterOutcome router,
    String divergence,
    String executor,
    String host,
    long began,
    double restoreSeconds,
    double trainSeconds,
    double encodeSeconds,
    long bytesOut,
    ProcessMemory memory)
    implements Serializable {

  public ReplicaOutcome withEncoding(double seconds, long bytes) {
    return new ReplicaOutcome(
        replica,
        tally,
        router,
        divergence,
        executor,
        host,
        began,
        restoreSeconds,
        trainSeconds,
        seconds,
        bytes,
        memory);
  }

  /** Number of examples trained on, the replica's weight in the average. */
  public long examples() {
    return tally.samples();
  }

  /** Number of images that its router has sent to experts. */
  public long images() {
    return tally.load().images();
  }

  /** Why its values are not part of the average, in words. */
  public Optional<String> failure() {
    return divergence == null
        ? Optional.empty()
        : Optional.of(
            "replica " + replica + " (executor " + executor + " on " + host + "): " + divergence);
  }
}
