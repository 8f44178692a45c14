package parrot.jobs.round;

import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import parrot.jobs.config.TrainConfig;
import parrot.jobs.failure.DivergedException;
import parrot.jobs.state.ExecutorState;

/**
 * Rounds over the state that executors hold. Plans go out, each to the task of its replica; the
 * tasks read the state and send pieces, which are reduced to the next state where its chunks lie;
 * what comes back to the driver is an outcome. DL4J starts each round, through {@link RoundMaster}.
 */
public final class ExecutorRounds implements RoundRunner {
  private final JavaSparkContext spark;
  private final RoundSettings settings;
  private final RowLoader loader;
  private final RoundMaster master;
  private ExecutorState state;

  /**
   * @param state to begin with; closed by the first round
   */
  public ExecutorRounds(
      JavaSparkContext spark, RoundSettings settings, RowLoader loader, ExecutorState state) {
    this.spark = spark;
    this.settings = settings;
    this.loader = loader;
    this.state = state;
    this.master = new RoundMaster(spark, this::train);
  }

  @Override
  public RoundOutcome run(RoundPlan plan) {
    return master.run(plan);
  }

  private RoundOutcome train(RoundPlan plan) {
    JavaRDD<ReplicaPlan> plans = spark.parallelize(plan.replicas(), plan.replicas().size());
    TrainReplica work = TrainReplica.of(settings, plan, loader);
    ExecutorState.Next next =
        settings.averaging().overlap() > 0
            ? state.nextLater(plans, work, settings.weights(plan.outer()), work.after())
            : state.next(plans, work, settings.weights(plan.outer()), work.after());
    RoundOutcome outcome;
    try {
      outcome = RoundOutcome.of(plan, next.chunks(), bytesOut(plan, work));
      requireQuorum(outcome);
    } catch (RuntimeException e) {
      next.state().close();
      throw e;
    }
    state.giveWayTo(next.state());
    state = next.state();
    return outcome;
  }

  /** Differences are taken from parameters that are read a second time. */
  private long bytesOut(RoundPlan plan, TrainReplica work) {
    long again = work.exchange().sendsDifferences() ? settings.layout().parameters() : 0;
    return plan.replicas().size() * Float.BYTES * (work.before().shared() + again);
  }

  private void requireQuorum(RoundOutcome outcome) {
    if (outcome.dropped().isEmpty()) {
      return;
    }
    if (settings.averaging().onDivergence() == TrainConfig.OnDivergence.FAIL) {
      throw new DivergedException(outcome.dropped().get(0));
    }
    int minimum = settings.averaging().minimumReplicas();
    if (outcome.useful() < minimum) {
      throw new DivergedException(
          outcome.useful()
              + " replicas are left of at least "
              + minimum
              + " (minimum_replicas): "
              + String.join("; ", outcome.dropped()));
    }
  }

  @Override
  public ExecutorState state() {
    return state.settle();
  }

  @Override
  public void close() {
    state.close();
  }
}
