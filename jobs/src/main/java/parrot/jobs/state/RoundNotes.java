package parrot.jobs.state;

import java.io.Serializable;
import java.util.List;

/**
 * What the reduction of a chunk tells about its round.
 *
 * @param reports of the replicas, in their order; with the first chunk alone
 * @param bytesIn received from replicas
 * @param began when they had all arrived, milliseconds since 1970
 * @param ended when mean and outer step were done, likewise
 */
public record RoundNotes(List<ReplicaReport> reports, long bytesIn, long began, long ended)
    implements Serializable {
  /** Of a chunk that was loaded. */
  public static final RoundNotes NONE = new RoundNotes(List.of(), 0, 0, 0);

  public RoundNotes {
    reports = List.copyOf(reports);
  }
}
