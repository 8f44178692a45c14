package parrot.jobs.metrics;

import java.util.ArrayList;
import java.util.List;
import parrot.jobs.metrics.RoundTimes.Phase;
import parrot.jobs.metrics.RoundTimes.Replica;
import parrot.jobs.metrics.RoundTimes.Span;
import parrot.jobs.round.RoundOutcome;
import parrot.jobs.state.ReplicaOutcome;

/** Takes the times of a round, on the driver. For one thread. */
public final class RoundClock {
  private static final double MILLIS = 1e3;
  private static final double NANOS = 1e9;

  private final long begin = System.currentTimeMillis();
  private final long beginNanos = System.nanoTime();
  private final List<Span> spans = new ArrayList<>();
  private final List<Replica> replicas = new ArrayList<>();
  private Phase phase;
  private double since;
  private long bytesOut;
  private long bytesIn;

  /** Ends the phase before, and begins one. */
  public RoundClock enter(Phase next) {
    leave();
    phase = next;
    since = seconds();
    return this;
  }

  /** Ends the phase; the time until the next one belongs to none. */
  public RoundClock leave() {
    if (phase != null) {
      spans.add(new Span(phase, since, seconds() - since));
      phase = null;
    }
    return this;
  }

  /**
   * Adds the phases of a round's Spark job, which has just ended, by the clocks of its executors.
   *
   * @param began when the job was started, milliseconds since 1970
   */
  public RoundClock add(RoundOutcome outcome, long began) {
    long ended = System.currentTimeMillis();
    bytes(outcome.bytesOut(), outcome.bytesIn());
    if (outcome.replicas().isEmpty()) {
      return add(Phase.COMPUTE, began, ended);
    }
    long first = Long.MAX_VALUE;
    long last = began;
    for (ReplicaOutcome replica : outcome.replicas()) {
      replica(
          replica.replica(),
          replica.executor(),
          replica.host(),
          replica.began(),
          replica.trainSeconds());
      first = Math.min(first, replica.began());
      last = Math.max(last, replica.began() + Math.round(MILLIS * replica.trainSeconds()));
    }
    add(Phase.EXCHANGE, began, first).add(Phase.COMPUTE, first, last);
    if (outcome.reduceBegan() == 0) { // the average is made beside the next round
      return add(Phase.EXCHANGE, last, ended);
    }
    return this.add(Phase.EXCHANGE, last, outcome.reduceBegan())
        .add(Phase.OUTER_STEP, outcome.reduceBegan(), outcome.reduceEnded());
  }

  /**
   * Adds a phase that was timed elsewhere.
   *
   * @param from milliseconds since 1970
   * @param to milliseconds since 1970
   */
  RoundClock add(Phase timed, long from, long to) {
    spans.add(new Span(timed, offset(from), Math.max(0, to - from) / MILLIS));
    return this;
  }

  /**
   * Adds a replica.
   *
   * @param from when its steps began, milliseconds since 1970 by the clock of its host
   */
  RoundClock replica(int number, String executor, String host, long from, double seconds) {
    replicas.add(new Replica(number, executor, host, offset(from), seconds));
    return this;
  }

  /** Adds bytes that went to replicas and came from them. */
  RoundClock bytes(long out, long in) {
    bytesOut += out;
    bytesIn += in;
    return this;
  }

  /** Since the round began. */
  public double seconds() {
    return (System.nanoTime() - beginNanos) / NANOS;
  }

  /** The times so far; a phase that has not ended counts up to now. */
  public RoundTimes times() {
    List<Span> all = new ArrayList<>(spans);
    if (phase != null) {
      all.add(new Span(phase, since, seconds() - since));
    }
    return new RoundTimes(begin, all, replicas, bytesOut, bytesIn);
  }

  /** Not negative, because clocks of two hosts may disagree. */
  private double offset(long millis) {
    return Math.max(0, millis - begin) / MILLIS;
  }
}
