package parrot.jobs.train;

import java.io.Serializable;
import java.util.List;
import parrot.model.dl4j.Tally;

/**
 * What a replica comes back with.
 *
 * @param examples trained on, the weight of the replica in the average
 * @param parameters as {@link ReplicaState}; empty where the replica had no data or diverged
 * @param tally losses, tokens, routing
 * @param divergence what is no number and when, or null
 * @param seconds from the first step to the last
 */
record ReplicaResult(
    int replica,
    long examples,
    List<byte[]> parameters,
    List<byte[]> updater,
    Tally tally,
    String divergence,
    double seconds)
    implements Serializable {}
