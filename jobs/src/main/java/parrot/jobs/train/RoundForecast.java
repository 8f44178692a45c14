package parrot.jobs.train;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import parrot.jobs.config.CheckpointInterval;
import parrot.jobs.config.TrainConfig;
import parrot.model.exchange.StateLayout;

/**
 * What a round will take on so many executors, each of which trains one replica at a time.
 *
 * <p>Replicas take turns if there are more than executors. The slowest of K is expected {@code
 * spread * sqrt(2 ln K)} above the mean. An exchange takes what its bytes take on the executor that
 * has most of them: those of its own replicas, and for each chunk that it holds those of all
 * replicas.
 *
 * @param executors that train
 * @param bandwidth of an executor's network, bits a second; infinite if it is as in the measured
 *     run
 */
record RoundForecast(RunPlan plan, RoundFigures figures, int executors, double bandwidth) {
  private static final double GIB = 1L << 30;
  private static final int COPIES = 2;

  private static int turns(RunPlan plan, int executors) {
    return (plan.config().rounds().replicas() + executors - 1) / executors;
  }

  /** Bytes in a round that go through the executor with most of them. */
  static double busiest(RunPlan plan, int executors) {
    double replicas = plan.config().rounds().replicas();
    double read = plan.config().rounds().averaging().readBytes(plan.learns());
    double sent = plan.config().rounds().averaging().sentBytes(plan.learns());
    boolean moments =
        plan.config().rounds().averaging().updaterState() == TrainConfig.UpdaterState.AVERAGE;
    int chunks = new StateLayout(plan.learns(), moments ? 2 * plan.learns() : 0).count();
    double held = Math.ceil((double) chunks / executors) / chunks; // share of the state
    return turns(plan, executors) * (read + sent)
        + held * replicas * (read / Math.min(COPIES, executors) + sent);
  }

  /** Seconds of the steps of a replica that is as fast as the mean. */
  double compute() {
    return turns(plan, executors)
        * plan.config().rounds().averageEvery()
        * plan.step().operations()
        * figures.secondsPerOperation();
  }

  /** Seconds that the others wait for the slowest. */
  double stragglers() {
    int together = Math.min(executors, plan.config().rounds().replicas());
    return compute() * figures.spread() * Math.sqrt(2 * Math.log(together));
  }

  /** Seconds of an exchange that replicas wait for. */
  double exchange() {
    double bytes = busiest(plan, executors);
    double seconds = Math.max(bytes * figures.secondsPerByte(), bytes * Byte.SIZE / bandwidth);
    double hidden =
        compute()
            * plan.config().rounds().averaging().overlap()
            / plan.config().rounds().averageEvery();
    return Math.max(0, seconds - hidden);
  }

  private double ofRound() {
    return compute() + stragglers() + exchange() + figures.rest();
  }

  /** Seconds of checkpoints for each round. */
  double checkpoint() {
    double seconds = plan.stored() * figures.checkpointPerByte() / executors;
    CheckpointInterval every = plan.config().checkpoints().every();
    if (every.rounds() > 0) {
      return seconds / every.rounds();
    }
    double time = every.time().toSeconds();
    return time == 0 ? 0 : seconds * Math.min(1, ofRound() / time);
  }

  /** Seconds from the begin of a round to that of the next. */
  double together() {
    return ofRound() + checkpoint();
  }

  private Map<String, Double> parts() {
    Map<String, Double> parts = new LinkedHashMap<>();
    parts.put("compute", compute());
    parts.put("stragglers", stragglers());
    parts.put("exchange", exchange());
    parts.put("checkpoint", checkpoint());
    return parts;
  }

  void print(PrintWriter out, String measured) {
    out.printf(
        Locale.ROOT,
        "round       %,d replicas on %,d executors, as fast as %d rounds of %s%n",
        plan.config().rounds().replicas(),
        executors,
        figures.rounds(),
        measured);
    row(
        out,
        "compute",
        String.format(
            Locale.ROOT,
            "%d steps at %.3f TFLOP/s a replica",
            turns(plan, executors) * plan.config().rounds().averageEvery(),
            1e-12 / figures.secondsPerOperation()));
    row(
        out,
        "stragglers",
        String.format(Locale.ROOT, "replicas differ by %.1f %%", 100 * figures.spread()));
    row(
        out,
        "exchange",
        String.format(
            Locale.ROOT, "%.2f GiB through the busiest executor", busiest(plan, executors) / GIB));
    row(out, "checkpoint", figures.checkpointPerByte() == 0 ? "not measured" : "of each round");
    out.printf(
        Locale.ROOT,
        "  %-18s %9.2f s    %.0f %% of it compute%n",
        "together",
        together(),
        100 * compute() / together());
  }

  private void row(PrintWriter out, String what, String note) {
    out.printf(Locale.ROOT, "  %-18s %9.2f s    %s%n", what, parts().get(what), note);
  }
}
