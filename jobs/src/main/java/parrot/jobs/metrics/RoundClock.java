package parrot.jobs.metrics;

import java.util.ArrayList;
import java.util.List;
import parrot.jobs.metrics.RoundTimes.Phase;
import parrot.jobs.metrics.RoundTimes.Replica;
import parrot.jobs.metrics.RoundTimes.Span;

/** Takes the times of a round on the driver. For one thread. */
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

  /** Begins a phase, and ends the one before. */
  public RoundClock enter(Phase next) {
    leave();
    phase = next;
    since = seconds();
    return this;
  }

  /** Ends the phase; what comes until the next one belongs to none. */
  public RoundClock leave() {
    if (phase != null) {
      spans.add(new Span(phase, since, seconds() - since));
      phase = null;
    }
    return this;
  }

  /**
   * Adds a phase that was timed elsewhere, such as by tasks.
   *
   * @param from milliseconds since 1970
   * @param to likewise
   */
  public RoundClock add(Phase timed, long from, long to) {
    spans.add(new Span(timed, offset(from), Math.max(0, to - from) / MILLIS));
    return this;
  }

  /**
   * Adds a replica.
   *
   * @param from when its steps began, milliseconds since 1970 by the clock of its host
   */
  public RoundClock replica(int number, String executor, String host, long from, double seconds) {
    replicas.add(new Replica(number, executor, host, offset(from), seconds));
    return this;
  }

  /** Adds to what was sent to the replicas, and to what came from them. */
  public RoundClock bytes(long out, long in) {
    bytesOut += out;
    bytesIn += in;
    return this;
  }

  /** Since the round began. */
  public double seconds() {
    return (System.nanoTime() - beginNanos) / NANOS;
  }

  /** All so far; a phase that goes on is in it up to now. */
  public RoundTimes phases() {
    List<Span> all = new ArrayList<>(spans);
    if (phase != null) {
      all.add(new Span(phase, since, seconds() - since));
    }
    return new RoundTimes(begin, all, replicas, bytesOut, bytesIn);
  }

  /** Clocks of two hosts may disagree: nothing begins before its round. */
  private double offset(long millis) {
    return Math.max(0, millis - begin) / MILLIS;
  }
}
