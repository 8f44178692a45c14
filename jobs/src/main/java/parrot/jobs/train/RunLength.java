package parrot.jobs.train;

import parrot.jobs.config.TrainConfig;

/**
 * How long a run is.
 *
 * @param examples of the whole run
 * @param perStep examples of a step of all replicas
 * @param perRound examples of a full round
 */
record RunLength(long examples, int perStep, int perRound) {
  /**
   * The length that a configuration asks for.
   *
   * @param rows of the data, one epoch
   */
  static RunLength of(TrainConfig config, long rows) {
    int perStep = config.rounds().samplesPerStep();
    return new RunLength(
        examples(config.length(), perStep, rows),
        perStep,
        perStep * config.rounds().averageEvery());
  }

  private static long examples(TrainConfig.Length length, int perStep, long rows) {
    if (length.maxSteps().isPresent()) {
      return Math.multiplyExact(length.maxSteps().get(), perStep);
    }
    return length
        .maxExamples()
        .orElseGet(() -> Math.max(1, Math.round(length.epochs().orElseThrow() * rows)));
  }

  /** Rounds, of which the last may be shorter. */
  int rounds() {
    return Math.toIntExact((examples + perRound - 1) / perRound);
  }

  /** Steps of each replica. */
  int steps() {
    return Math.toIntExact((examples + perStep - 1) / perStep);
  }

  /**
   * Examples of the next round.
   *
   * @param done examples so far
   */
  long next(long done) {
    return Math.min(perRound, examples - done);
  }
}
