package parrot.jobs.round;

import java.util.List;
import parrot.jobs.failure.DivergedException;
import parrot.jobs.state.ExecutorState;
import parrot.jobs.state.ReplicaOutcome;
import parrot.model.layer.Routing;
import parrot.model.network.Tally;

/** Trains replicas for a round after the other, and makes one state of theirs. */
public interface RoundRunner extends AutoCloseable {
  /**
   * What a round did.
   *
   * @param tally of all replicas that count, in their order
   * @param loss mean per supervised token
   * @param steps of the replica that did most
   * @param reports of the replicas; none where nobody knows
   * @param bytesOut read by replicas from the state
   * @param bytesIn sent by replicas
   * @param reduceBegan when the first chunk had arrived, milliseconds since 1970; 0 where nobody
   *     knows
   * @param reduceEnded when the last chunk of the next state was there, likewise
   * @param dropped replicas that do not count, in words
   */
  record Summary(
      Tally tally,
      double loss,
      int steps,
      List<ReplicaOutcome> reports,
      long bytesOut,
      long bytesIn,
      long reduceBegan,
      long reduceEnded,
      List<String> dropped) {}

  /**
   * Trains one round.
   *
   * @param plans one for each replica
   * @param iteration steps of each replica so far
   * @param routing how routers are steered; null for what the model's configuration says
   * @throws DivergedException the state is as before the round
   * @throws parrot.jobs.state.LostStateException where the executors that had the state are gone
   */
  Summary train(List<ReplicaPlan> plans, int iteration, Routing routing);

  /** Where training stands, to be measured and written. Valid until the next round. */
  ExecutorState state();

  @Override
  void close();
}
