package parrot.jobs.state;

import java.io.Serializable;
import java.util.List;

/**
 * What the reduction of a chunk tells about its round.
 *
 * @param reports of the replicas, in their order; with the first chunk alone
 * @param bytesIn received from replicas
 * @param waitSeconds for their bytes
 * @param reduceSeconds spent on mean and outer step
 */
public record RoundNotes(
    List<ReplicaReport> reports, long bytesIn, double waitSeconds, double reduceSeconds)
    implements Serializable {
  /** Of a chunk that was loaded. */
  public static final RoundNotes NONE = new RoundNotes(List.of(), 0, 0, 0);

  public RoundNotes {
    reports = List.copyOf(reports);
  }
}
