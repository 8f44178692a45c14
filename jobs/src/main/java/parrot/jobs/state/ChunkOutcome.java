package parrot.jobs.state;

import java.io.Serializable;
import java.util.List;

/**
 * What the reduction of a chunk tells about its round.
 *
 * @param replicas outcomes in their order; with the first chunk alone
 * @param bytesIn received from replicas
 * @param began when all pieces had arrived, milliseconds since 1970
 * @param ended when mean and outer step were done, milliseconds since 1970
 */
public record ChunkOutcome(List<ReplicaOutcome> replicas, long bytesIn, long began, long ended)
    implements Serializable {
  /** Of a chunk that was loaded. */
  public static final ChunkOutcome NONE = new ChunkOutcome(List.of(), 0, 0, 0);

  public ChunkOutcome {
    replicas = List.copyOf(replicas);
  }
}
