package parrot.jobs.train;

/** How long rounds take, and how much of the present one is left. Safe for use by two threads. */
final class RoundPace {
  private double spent;
  private int done;
  private long began = System.nanoTime();

  synchronized void begin() {
    began = System.nanoTime();
  }

  synchronized void end(double seconds) {
    spent += seconds;
    done++;
    began = System.nanoTime();
  }

  /** Mean seconds of a round. */
  synchronized double mean() {
    return spent / done;
  }

  /** Such as {@code about 40 s}. */
  synchronized String left() {
    if (done == 0) {
      return "the first, so how long it takes is not known";
    }
    double left = mean() - (System.nanoTime() - began) / 1e9;
    return left < 0 ? "which takes longer than usual" : "about " + Math.round(left) + " s";
  }
}
