package parrot.jobs.round;

import parrot.jobs.failure.DivergedException;
import parrot.jobs.state.ExecutorState;

/** Runs rounds: trains the replicas, then merges them into the next state. */
public interface RoundRunner extends AutoCloseable {
  /**
   * Runs one round.
   *
   * @throws DivergedException if too many replicas diverged; the state is as before the round
   * @throws parrot.jobs.state.LostStateException if the executors that held the state are gone
   */
  RoundOutcome run(RoundPlan plan);

  /** The state after the last round, to be measured and written. Valid until the next round. */
  ExecutorState state();

  @Override
  void close();
}
