package parrot.jobs.round;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import parrot.jobs.failure.FailedException;
import parrot.jobs.state.ChunkOutcome;
import parrot.jobs.state.ReplicaOutcome;
import parrot.model.network.Tally;

/**
 * What a round did, beside its state.
 *
 * @param examples that were planned
 * @param tally of all replicas that count, in their order; empty if unknown
 * @param loss mean per supervised token
 * @param steps of the replica that did most
 * @param replicas all of them, in order; empty if unknown
 * @param bytesOut from the state to the replicas
 * @param bytesIn from the replicas to where they are averaged
 * @param reduceBegan when the first chunk had arrived, milliseconds since 1970; 0 if unknown
 * @param reduceEnded when the last chunk of the next state was there, milliseconds since 1970; 0 if
 *     unknown
 * @param dropped why replicas do not count, a sentence each
 */
public record RoundOutcome(
    long examples,
    Tally tally,
    double loss,
    int steps,
    List<ReplicaOutcome> replicas,
    long bytesOut,
    long bytesIn,
    long reduceBegan,
    long reduceEnded,
    List<String> dropped) {
  public RoundOutcome {
    replicas = List.copyOf(replicas);
    dropped = List.copyOf(dropped);
  }

  /** Of a round about which only its loss is known. */
  static RoundOutcome unknown(RoundPlan plan, double loss) {
    return new RoundOutcome(
        plan.examples(), new Tally(), loss, plan.steps(), List.of(), 0, 0, 0, 0, List.of());
  }

  /**
   * Adds up the chunks of a round.
   *
   * @param bytesOut from the state to the replicas
   */
  static RoundOutcome of(RoundPlan plan, List<ChunkOutcome> chunks, long bytesOut) {
    List<ReplicaOutcome> replicas =
        chunks.stream().flatMap(chunk -> chunk.replicas().stream()).toList();
    int expected = plan.replicas().size();
    if (replicas.size() != expected) {
      throw new IllegalStateException(
          "Cannot average: got " + replicas.size() + " replicas (expected " + expected + ")");
    }
    Tally tally = new Tally();
    int steps = 0;
    for (ReplicaOutcome replica : replicas) {
      if (replica.failure().isEmpty()) {
        tally.add(replica.tally());
        steps = Math.max(steps, replica.tally().steps());
      }
    }
    return new RoundOutcome(
        plan.examples(),
        tally,
        tally.meanLoss(),
        steps,
        replicas,
        bytesOut,
        chunks.stream().mapToLong(ChunkOutcome::bytesIn).sum(),
        chunks.stream().mapToLong(ChunkOutcome::began).min().orElse(0),
        chunks.stream().mapToLong(ChunkOutcome::ended).max().orElse(0),
        replicas.stream().map(ReplicaOutcome::failure).flatMap(Optional::stream).toList());
  }

  /**
   * Makes sure that no row was left out, unless a replica was.
   *
   * @param round counted from 1
   * @throws FailedException if replicas trained on fewer examples than were planned, or on more
   */
  public void requireAllExamples(int round) {
    boolean counted = !replicas.isEmpty() && dropped.isEmpty();
    if (counted && tally.samples() != examples) {
      throw new FailedException(
          "Cannot finish round "
              + round
              + ": replicas trained on "
              + tally.samples()
              + " examples (expected "
              + examples
              + ")");
    }
  }

  /** Replicas that have something to average. */
  long useful() {
    return replicas.stream()
        .filter(replica -> replica.failure().isEmpty() && replica.examples() > 0)
        .count();
  }

  /**
   * The mean of the selection biases that replicas have come to, each weighted by the images that
   * moved it, [E]; empty if no image was routed or no expert is selected.
   */
  public List<Double> selectionBias() {
    List<ReplicaOutcome> routed =
        replicas.stream()
            .filter(replica -> replica.failure().isEmpty() && replica.images() > 0)
            .filter(replica -> !replica.router().selectionBias().isEmpty())
            .toList();
    double images = routed.stream().mapToLong(ReplicaOutcome::images).sum();
    int experts = routed.isEmpty() ? 0 : routed.get(0).router().selectionBias().size();
    return IntStream.range(0, experts)
        .mapToObj(
            i ->
                routed.stream()
                    .mapToDouble(
                        replica ->
                            replica.images() / images * replica.router().selectionBias().get(i))
                    .sum())
        .toList();
  }

  /** The largest {@link parrot.jobs.state.RouterOutcome#violation} of the replicas that count. */
  public double violationWithin() {
    return replicas.stream()
        .filter(replica -> replica.failure().isEmpty())
        .mapToDouble(replica -> replica.router().violation())
        .max()
        .orElse(0);
  }

  /** Seconds of the slowest replica's steps; 0 if unknown. */
  public double trainSeconds() {
    return replicas.stream().mapToDouble(ReplicaOutcome::trainSeconds).max().orElse(0);
  }
}
